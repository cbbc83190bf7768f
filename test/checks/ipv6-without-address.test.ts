import { expect, test } from "vitest";
import { chain, diagnose, expectClean, expectFaults, home } from "./helper.ts";

const fault = {
  code: "KSP2008",
  message: "`ipv6 tunnel` needs a tunnel with an IPv6 address",
  label: "IPv6 is routed through the tunnel …",
} as const;

test("the tunnel has only an IPv4 address", () => {
  expectFaults(home({ address: "  ⟦address 10.64.0.2/32⟧", ipv6: "⟦ipv6 tunnel⟧" }), {
    ...fault,
    mark: 1,
    secondary: [[0, "… but `wg0` has only an IPv4 address"]],
    help: "block IPv6, or give it to `wg0`",
    fixed: home(),
  });
});

test("an IPv6 address of an earlier hop carries no application", () => {
  const address = chain().replace("10.64.0.2/32", "10.64.0.2/32, fd64::2/128");
  const marked = address.replace("address 10.65.0.2/32", "⟦$&⟧").replace("ipv6 block", "⟦ipv6 tunnel⟧");
  expectFaults(marked, {
    ...fault,
    mark: 1,
    secondary: [[0, "… but `exit` has only an IPv4 address"]],
    help: "block IPv6, or give it to `exit`",
    fixed: address,
  });
});

test("the tunnel carries IPv4 alone", () => {
  const both = { address: "  address 10.64.0.2/32, fd64::2/128", carries: "  carries 10.0.0.0/8" };
  expectFaults(home({ ...both, carries: "  ⟦carries 10.0.0.0/8⟧", ipv6: "⟦ipv6 tunnel⟧" }), {
    ...fault,
    mark: 1,
    secondary: [[0, "… but `wg0` carries IPv4 alone"]],
    help: "block IPv6, or give it to `wg0`",
    fixed: home(both),
  });
});

test("no edit where something is IPv6 and nothing else", () => {
  const text = home({ ipv6: "ipv6 tunnel", more: "allow out to 2001:db8:5::/48 tcp 443" });
  expect(diagnose({ file: "home.ksp", text }).map(({ code, help }) => [code, help?.edits])).toEqual([["KSP2008", []]]);
});

test("an address, or an assigned one, is enough", () => {
  expectClean(home({ address: "  address 10.64.0.2/32, fd64::2/128", ipv6: "ipv6 tunnel" }));
  expectClean(home({ address: "  address assigned", ipv6: "ipv6 tunnel" }));
});
