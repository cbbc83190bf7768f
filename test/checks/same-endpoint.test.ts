import { test } from "vitest";
import { chain, expectClean, expectFaults } from "./helper.ts";

const entry = (server: string, carrier: string) => `  ${server}\n  ${carrier}`;

test("the second hop looks like the first", () => {
  expectFaults(
    chain({
      entry: entry("⟦server 198.51.100.7 udp 51820⟧", "carrier mark 0x1/0xff"),
      exit: entry("⟦server 198.51.100.0/24 udp 51820-51829⟧", "carrier mark 0x101"),
    }),
    {
      code: "KSP2042",
      message: "the packets of `exit` may leave by the way of `entry`",
      label: "only through `entry` …",
      mark: 1,
      secondary: [[0, "… but this is the same server, with the same carrier"]],
      help: "give `exit` another mark, or another port",
    },
  );
});

test("the first hop asks for less than the second shows", () => {
  const second = "  protocol openvpn\n  ⟦server 198.51.100.7 udp 51820⟧\n  carrier user 5 and group 6";
  const first = "  protocol openvpn\n  ⟦server 198.51.100.7 udp 51820⟧\n  carrier group 6";
  const text = chain({ entry: first, exit: second }).replaceAll("  protocol wireguard\n", "");
  expectFaults(text, {
    code: "KSP2042",
    message: "the packets of `exit` may leave by the way of `entry`",
    label: "only through `entry` …",
    mark: 1,
    secondary: [[0, "… but this is the same server, with the same carrier"]],
    help: "give `exit` another mark, or another port",
  });
});

test("one of several servers and carriers is enough", () => {
  const lines = (mark: string) =>
    `  server 192.0.2.7 udp 51820\n  ⟦server 198.51.100.7 udp 51820⟧\n  carrier mark ${mark}\n  carrier mark 0x7/0xff`;
  const text = chain({ entry: lines("0x1/0xff"), exit: lines("0x2/0xff").replace("192.0.2.7", "192.0.2.8") });
  expectFaults(text, {
    code: "KSP2042",
    message: "the packets of `exit` may leave by the way of `entry`",
    label: "only through `entry` …",
    mark: 1,
    secondary: [[0, "… but this is the same server, with the same carrier"]],
    help: "give `exit` another mark, or another port",
  });
});

const openvpn = (entry: string, exit: string) => {
  const server = "  protocol openvpn\n  ⟦server 198.51.100.7 udp 51820⟧";
  const text = chain({ entry: `${server}\n  ${entry}`, exit: `${server}\n  ${exit}` });
  return text.replaceAll("  protocol wireguard\n", "");
};

test.each([
  ["carrier user 5 and group 6", "carrier group 6"],
  ["carrier user 5", "carrier group 5"],
])("one process may be both: %s, %s", (entry, exit) => {
  expectFaults(openvpn(entry, exit), {
    code: "KSP2042",
    message: "the packets of `exit` may leave by the way of `entry`",
    label: "only through `entry` …",
    mark: 1,
    secondary: [[0, "… but this is the same server, with the same carrier"]],
    help: "give `exit` another mark, or another port",
  });
});

test("no process has two users", () => {
  expectClean(openvpn("carrier user 5", "carrier user 6").replaceAll(/[⟦⟧]/g, ""));
  expectClean(openvpn("carrier user 5 and group 6", "carrier user 7 and group 6").replaceAll(/[⟦⟧]/g, ""));
});

test("protocols without ports", () => {
  const esp = "  protocol ipsec\n  ⟦server 198.51.100.7 protocol 50⟧\n  carrier mark 0x1/0xff";
  const text = chain({ entry: esp, exit: esp }).replaceAll("  protocol wireguard\n", "");
  expectFaults(text, {
    code: "KSP2042",
    message: "the packets of `exit` may leave by the way of `entry`",
    label: "only through `entry` …",
    mark: 1,
    secondary: [[0, "… but this is the same server, with the same carrier"]],
    help: "give `exit` another mark, or another port",
  });
});

test("another mark, port or protocol tells them apart", () => {
  const first = entry("server 198.51.100.7 udp 51820", "carrier mark 0x1/0xff");
  expectClean(chain({ entry: first, exit: entry("server 198.51.100.7 udp 51820", "carrier mark 0x2/0xff") }));
  expectClean(chain({ entry: first, exit: entry("server 198.51.100.7 udp 51821", "carrier mark 0x1/0xff") }));
  const other = chain({ entry: first, exit: entry("server 198.51.100.7 tcp 51820", "carrier mark 0x1/0xff") });
  expectClean(other.replaceAll("protocol wireguard", "protocol other"));
});

test("two first hops may share a server", () => {
  const both = entry("server 198.51.100.7 udp 51820", "carrier mark 0x1/0xff");
  expectClean(chain({ entry: both, exit: both, chain: "" }));
});
