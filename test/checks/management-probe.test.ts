import { describe, expect, test } from "vitest";
import { check } from "../../src/check.ts";
import { diagnose, expectClean, expectFaults, home } from "./helper.ts";

const openvpn = { protocol: "  protocol openvpn", carrier: "  carrier user 994" };
const watch = (socket: string): string =>
  `watch wg0 {\n  interface\n  management "${socket}"\n  heartbeat 10.64.0.1 every 1s lost after 3\n}`;

test("OpenVPN's channel", () => {
  const text = home({ ...openvpn, watch: watch("/run/openvpn/home.sock") });
  expectClean(text);
  expect(check({ file: "home.ksp", text }).policy?.watches[0]?.probes).toContainEqual({
    kind: "management",
    socket: "/run/openvpn/home.sock",
  });
});

test("a parameter names it", () => {
  const named = watch("/x").replace('"/x"', "$socket");
  const text = home({ ...openvpn, links: 'param socket text = "/run/openvpn/site.sock"', watch: named });
  expectClean(text);
  expect(check({ file: "home.ksp", text }).policy?.watches[0]?.probes).toContainEqual({
    kind: "management",
    socket: "/run/openvpn/site.sock",
  });
});

describe("a protocol without such a channel", () => {
  const fault = {
    code: "KSP2096",
    message: "the management probe of `wg0` has nothing to ask",
    label: "only OpenVPN has a management channel",
    mark: 1,
    secondary: [[0, "another protocol"]],
  } as const;
  const asked = (protocol: string, probes: string): string =>
    home({ protocol: `  ⟦protocol ${protocol}⟧`, watch: `watch wg0 {\n${probes}\n}` });

  test("beside a heartbeat it is one line too many", () => {
    const heartbeat = "  heartbeat 10.64.0.1 every 1s lost after 3";
    expectFaults(asked("wireguard", `  ⟦management "/run/a.sock"⟧\n${heartbeat}`), {
      ...fault,
      help: "remove it: the heartbeat tells",
      fixed: home({ watch: `watch wg0 {\n  \n${heartbeat}\n}` }),
    });
  });

  test("a heartbeat could stand in its place", () => {
    expectFaults(asked("other", '  interface\n  ⟦management "/run/a.sock"⟧'), {
      ...fault,
      help: "use a heartbeat: `heartbeat ADDRESS every 1s lost after 3`",
    });
  });
});

test("the channel of another tunnel", () => {
  const other = `tunnel work {
  protocol openvpn
  interface "ovpn-work"
  server 203.0.113.9 tcp 443
  carrier user 995
  address 10.20.0.2/32
  carries 10.20.0.0/16
}
watch work {
  ⟦management "/run/openvpn/home.sock"⟧
}`;
  const marked = watch("/run/openvpn/home.sock").replace(/management.*/, "⟦$&⟧");
  expectFaults(home({ ...openvpn, more: other, watch: marked }), {
    code: "KSP2096",
    message: "the management probe of `wg0` asks the OpenVPN of `work`",
    label: "the same socket",
    mark: 1,
    secondary: [[0, "the one of `work`"]],
    help: "let each OpenVPN listen at a path of its own, and name that",
  });
});

test("two channels of one tunnel", () => {
  const twice = watch("/a")
    .replace("\n  heartbeat", '\n  ⟦management "/b"⟧\n  heartbeat')
    .replace(/management "\/a"/, "⟦$&⟧");
  expectFaults(home({ ...openvpn, watch: twice }), {
    code: "KSP2006",
    message: "`management` is said twice",
    label: "the second time",
    mark: 1,
    secondary: [[0, "the first time"]],
    help: "keep one of the two lines",
  });
});

describe("what is no path of a socket", () => {
  const long = `/${"x".repeat(106)}`;
  test("the longest one is", () => expectClean(home({ ...openvpn, watch: watch(long) })));
  test.each([
    ["127.0.0.1:7505", "no absolute path"],
    ["192.0.2.7:7505", "no absolute path"],
    ["run/openvpn/home.sock", "no absolute path"],
    ["", "no absolute path"],
    [`${long}x`, "too long, or with a detour"],
    [`/${"é".repeat(54)}`, "too long, or with a detour"],
    ["/run/../home.sock", "too long, or with a detour"],
    ["/run//home.sock", "too long, or with a detour"],
    ["/run/", "too long, or with a detour"],
    ["/", "too long, or with a detour"],
  ])("%j", (socket, label) => {
    expectFaults(home({ ...openvpn, watch: watch(socket).replace(/"\S*"/, "⟦$&⟧") }), {
      code: "KSP2092",
      message: `\`${socket}\` is no path of a socket`,
      label,
      help: "let OpenVPN listen with `management /run/openvpn/home.sock unix`, and write that path",
    });
  });

  test.each(["/run/openvpn/home.sock", "/run/home"])("without quotes: %s", (path) => {
    expectFaults(home({ ...openvpn, watch: watch("").replace('""', `⟦${path}⟧`) }), {
      code: "KSP1012",
      message: `\`${path}\` is no text`,
      label: "a text stands in quotes",
      help: `write \`"${path}"\``,
      fixed: home({ ...openvpn, watch: watch(path) }),
    });
  });

  test("as OpenVPN's own line has it", () => {
    const text = home({ ...openvpn, watch: watch("/x").replace('"/x"', "127.0.0.1 7505") });
    expect(diagnose({ file: "home.ksp", text }).map(({ message, help }) => [message, help?.text])).toEqual([
      [
        "unexpected `127.0.0.1`",
        "OpenVPN can listen at a path, with `management /run/openvpn/home.sock unix`: write that path, in quotes",
      ],
    ]);
  });
});
