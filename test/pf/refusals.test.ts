import { describe, expect, test } from "vitest";
import { compile } from "../../src/index.ts";

interface Parts {
  readonly carrier?: string;
  readonly server?: string;
  readonly interface?: string;
  readonly links?: string;
  readonly dns?: string;
  readonly more?: string;
}

const link = (name: string, device: string, role: string): string =>
  `link ${name} {\n  interface macos ${device}\n  role ${role}\n}`;
const tunnel = (
  name: string,
  { carrier = "user 0", interface: device = "utun", server = "198.51.100.7 udp 51820" }: Parts,
) =>
  `tunnel ${name} {
  protocol other
  interface macos ${device}
  server ${server}
  carrier macos ${carrier}
  address ${name === "vpn" ? "10.64.0.2/32" : "10.65.0.2/32"}
  carries ${name === "vpn" ? "everything" : "10.65.0.0/16"}
}
watch ${name} {
  interface
}`;
const laptop = (parts: Parts) => `ksp 1
policy laptop
${parts.links ?? link("uplink", '"en0"', "outside")}
${tunnel("vpn", parts)}
${parts.dns ?? "dns 10.64.0.1 through vpn"}
ipv6 block
allow dhcp
${parts.more ?? ""}
`;
const app = (identity: string): string => `app browser {\n  macos ${identity}\n  traffic tunnel\n  on loss keep\n}`;

const said = (parts: Parts): readonly string[] => {
  const { diagnostics } = compile({ file: "laptop.ksp", text: laptop(parts) }, { targets: ["pf"] });
  return diagnostics.map(({ code, message, help }) => `${code} ${message}: ${help?.text}`);
};

const named = "say `user` or `group` with a number: of a tunnel or app in a line for macOS, elsewhere in its place";

test("a policy that macOS can hold needs nothing for Linux", () => {
  expect(said({ more: app("user 501") })).toEqual([]);
  expect(said({ carrier: "user 0 and group 0" })).toEqual([]);
  expect(said({ more: `${app("group 20")}\nscope apps` })).toEqual([]);
});

test.each([
  "allow out user 501 to 203.0.113.8",
  "app backup {\n  macos user 501\n  traffic outside\n  on loss keep\n}\nallow out app backup to 203.0.113.8",
  "allow in from 192.168.1.0/24",
  "allow in icmp echo-request while down",
  "allow in from 192.168.1.0/24 while down\nallow in from 192.168.1.0/24 tcp 22 while up",
])("and whatever else it can hold: %s", (more) => {
  expect(said({ more })).toEqual([]);
});

test("the line for macOS is shown, not the one before it", () => {
  const text = laptop({ carrier: "program '/usr/local/bin/vpn'" }).replace(
    "carrier",
    "carrier linux mark 0x1\n  carrier",
  );
  const { diagnostics } = compile({ file: "laptop.ksp", text }, { targets: ["pf"] });
  const lines = diagnostics.map(({ primary }) => primary && text.slice(primary.span.start, primary.span.end));
  expect(lines).toEqual(["carrier macos program '/usr/local/bin/vpn'"]);
});

const isNoName = "a name that no interface of macOS keeps";
const isPrefix = "interfaces by the beginning of their names";
test.each([
  ["tunnel", laptop({ interface: '"AnonVPN"' }), 'macos "AnonVPN"', isNoName],
  ["link", laptop({ links: link("uplink", '"Ethernet"', "outside") }), 'macos "Ethernet"', isNoName],
  ["one system", laptop({}).replace("macos utun", 'linux "AnonVPN" macos "AnonVPN"'), 'macos "AnonVPN"', isNoName],
  ["prefix", laptop({ links: link("uplink", '"en0" macos "bridge*"', "outside") }), 'macos "bridge*"', isPrefix],
  ["one of two", laptop({}).replace("macos", 'linux "bridge*" macos "bridge*" macos'), 'macos "bridge*"', isPrefix],
])("an interface that cannot be said is told once, where it stands: %s", (_, text, place, construct) => {
  const { diagnostics } = compile({ file: "laptop.ksp", text }, { targets: ["pf"] });
  const [found, ...others] = diagnostics;
  expect(others).toEqual([]);
  expect(found?.message).toContain(`\`${place.split('"')[1]}\`, ${construct}`);
  expect(found?.primary && text.slice(found.primary.span.start, found.primary.span.end)).toBe(place);
});

describe("what macOS cannot say is refused, with a way out", () => {
  test.each<readonly [Parts, string]>([
    [{ carrier: "mark 0x6b73/0xffff" }, `KSP4002 pf cannot say a mark: ${named}`],
    [{ carrier: "program '/usr/local/bin/vpn'" }, `KSP4002 pf cannot say a program: ${named}`],
    [{ carrier: 'service "vpn"' }, `KSP4002 pf cannot say a service: ${named}`],
    [
      { carrier: 'user "vpn"' },
      "KSP4002 pf cannot say a user by name: write the number that `id` prints: one unknown name stops all rules from loading",
    ],
    [
      { server: "198.51.100.7 protocol 50" },
      "KSP4002 pf cannot say the carrier of anything but TCP and UDP: use a server that takes UDP, as IPsec does on 4500: macOS tells who sends TCP and UDP alone",
    ],
    [
      { more: "deny out user 501 to 203.0.113.8 icmp echo-request" },
      "KSP4002 pf cannot say who sends a protocol that is neither TCP nor UDP: leave out who sends it, or say `tcp` or `udp`: of nothing else macOS tells who sends it",
    ],
    [
      { interface: '"utun4"' },
      "KSP4002 pf cannot say `utun4`, a name that no interface of macOS keeps: write the name that `ifconfig -l` prints, and `utun` without a number for a tunnel: utuns change theirs",
    ],
    [
      { links: link("uplink", '"en*"', "outside") },
      'KSP4002 pf cannot say `en*`, interfaces by the beginning of their names: name each of them, as in `interface macos "en0" macos "en7"`',
    ],
    [
      { links: link("lab", '"en5"', "inside") },
      'KSP4002 pf cannot say an outside that no link names: name the ways to the internet, as in `link uplink` with `interface macos "en0"` and `role outside`',
    ],
    [
      { more: `${app("user 501")}\n${tunnel("work", {})}\nscope apps` },
      "KSP4002 pf cannot say everything but several tunnels: leave out `scope`, or keep one tunnel: pf can leave out one interface",
    ],
    [
      {
        more: `portal for 5m user 501 to 10.99.0.1 tcp 80 accept-risk KSP3001 reason "log in"`,
      },
      "KSP4002 pf cannot say an opening that the kernel closes by itself: leave out `portal`: no rule of pf ends with its time",
    ],
    [
      {
        links: `${link("uplink", '"en0"', "outside")}\n${link("lab", '"en5"', "inside")}`,
        more: "forward from link lab to tunnel vpn masquerade",
      },
      "KSP4002 pf cannot say forwarded packets: let a Linux machine be the gateway",
    ],
    [
      { dns: "dns 10.64.0.1 user 501 through vpn" },
      "KSP4002 pf cannot say who asks for a name: leave out `for`: one service of macOS asks for every program",
    ],
  ])("%j", (parts, message) => {
    expect(said(parts)).toContain(message);
  });
});

test("200,000 prefixes are too many for the tables of pf, and 100,000 are not", { timeout: 120_000 }, () => {
  const list = (count: number): string => {
    const hosts = Array.from({ length: count }, (_, i) => `20.${(i >> 15) & 255}.${(i >> 7) & 255}.${2 * (i & 127)}`);
    return `list hosts = ${hosts.join(", ")}\ndeny out to @hosts`;
  };
  expect(said({ more: list(200_001) })).toEqual([
    "KSP4002 pf cannot say more than 200000 prefixes in long lists: keep fewer prefixes in lists: pf holds 200,000 in all its tables",
  ]);
});
