import { test } from "vitest";
import { chain, expectClean, expectFaults, home } from "./helper.ts";

const fault = {
  code: "KSP2020",
  message: "the watch of `wg0` has no heartbeat",
  label: "WireGuard needs one",
} as const;

test("a WireGuard tunnel without a heartbeat", () => {
  expectFaults(home({ watch: "watch ⟦wg0⟧ {\n  interface # by name\n}" }), {
    ...fault,
    help: "ask the tunnel's resolver",
    fixed: home({ watch: "watch wg0 {\n  interface\n  heartbeat 10.64.0.1 every 1s lost after 3 # by name\n}" }),
  });
});

test("a handshake alone is no heartbeat", () => {
  expectFaults(home({ dns: "dns none", watch: "watch ⟦wg0⟧ {\n  handshake within 180s\n}" }), {
    ...fault,
    help: "add `heartbeat ADDRESS every 1s lost after 3`",
  });
});

test("an IPv6 resolver is no target under `ipv6 block`", () => {
  expectFaults(
    home({
      address: "  address 10.64.0.2/32, fd64::2/128",
      dns: "dns fd64::1, 10.64.0.1 through wg0",
      watch: "watch ⟦wg0⟧ {\n  interface\n}",
    }),
    {
      ...fault,
      help: "ask the tunnel's resolver",
      fixed: home({ address: "  address 10.64.0.2/32, fd64::2/128", dns: "dns fd64::1, 10.64.0.1 through wg0" }),
    },
  );
});

test("other protocols may be watched by their interface", () => {
  expectClean(
    home({ protocol: "  protocol openvpn", carrier: "  carrier user 994", watch: "watch wg0 {\n  interface\n}" }),
  );
  expectClean(chain());
});
