import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const fault = (what: string, part: string, line: string) =>
  ({
    code: "KSP2025",
    message: `${what} has no ${part} on Linux`,
    label: "nothing for Linux",
    help: `add a line that begins with \`${line}\``,
  }) as const;

test("an interface", () => {
  expectFaults(
    home({ interface: '  ⟦interface windows "AnonVPN"⟧' }),
    fault("tunnel `wg0`", "interface", "interface linux"),
  );
  expectFaults(
    home({ links: 'link wifi {\n  ⟦interface macos "en0"⟧\n  role outside\n}' }),
    fault("link `wifi`", "interface", "interface linux"),
  );
});

test("a carrier", () => {
  expectFaults(
    home({ carrier: '  ⟦carrier windows service "WireGuardTunnel$wg0"⟧' }),
    fault("tunnel `wg0`", "carrier", "carrier linux"),
  );
});

test("an app's identity", () => {
  const app = (name: string) => `app ${name} {\n  macos user "_browser"\n  traffic tunnel\n  on loss keep\n}`;
  expectFaults(home({ more: app("⟦browser⟧") }), fault("app `browser`", "identity", "linux"));
});

test("a line for every system, or for Linux among others", () => {
  expectClean(home({ interface: '  interface linux "wg0" windows "AnonVPN"' }));
  expectClean(home({ more: "app browser {\n  linux user 1007\n  traffic tunnel\n  on loss keep\n}" }));
});

const obfs = "helper obfs {\n  server 203.0.113.4 tcp 443\n  listen 127.0.0.1 udp 51821\n  carrier user 994\n}";

test("a helper and a reconnect", () => {
  expectFaults(
    home({ server: "  server helper obfs", more: obfs.replace("carrier user 994", '⟦carrier windows user "x"⟧') }),
    {
      code: "KSP2025",
      message: "helper `obfs` has no carrier on Linux",
      label: "nothing for Linux",
      help: "add a line that begins with `carrier linux`",
    },
  );
  expectFaults(home({ more: "reconnect ⟦wg0⟧ {\n  backoff 1s to 30s\n}" }), {
    code: "KSP2025",
    message: "`reconnect wg0` has no run on Linux",
    label: "nothing for Linux",
    help: "add a line that begins with `linux run`",
  });
  expectFaults(home({ more: 'reconnect ⟦wg0⟧ {\n  windows run "x"\n}' }), {
    code: "KSP2025",
    message: "`reconnect wg0` has no run on Linux",
    label: "nothing for Linux",
    help: "add a line that begins with `linux run`",
  });
});
