import { test } from "vitest";
import { chain, expectClean, expectFaults, home } from "./helper.ts";

const fault = {
  code: "KSP2008",
  message: "`ipv6 tunnel` needs a tunnel with an IPv6 address",
} as const;

test("the tunnel has only an IPv4 address", () => {
  expectFaults(home({ address: "  ⟦address 10.64.0.2/32⟧", ipv6: "ipv6 tunnel" }), {
    ...fault,
    label: "`wg0` cannot carry IPv6",
    help: "say `ipv6 block`, or give `wg0` an IPv6 address",
    fixed: home({ address: "  address 10.64.0.2/32" }),
  });
});

test("an IPv6 address of an earlier hop carries no application", () => {
  const source = chain().replace("ipv6 block", "ipv6 tunnel").replace("10.64.0.2/32", "10.64.0.2/32, fd64::2/128");
  expectFaults(source.replace("address 10.65.0.2/32", "⟦$&⟧"), {
    ...fault,
    label: "`exit` cannot carry IPv6",
    help: "say `ipv6 block`, or give `exit` an IPv6 address",
    fixed: source.replace("ipv6 tunnel", "ipv6 block"),
  });
});

test("the tunnel carries IPv4 alone", () => {
  expectFaults(
    home({ address: "  ⟦address 10.64.0.2/32, fd64::2/128⟧", carries: "  carries 10.0.0.0/8", ipv6: "ipv6 tunnel" }),
    {
      ...fault,
      label: "`wg0` cannot carry IPv6",
      help: "say `ipv6 block`, or give `wg0` an IPv6 address",
      fixed: home({ address: "  address 10.64.0.2/32, fd64::2/128", carries: "  carries 10.0.0.0/8" }),
    },
  );
});

test("an address, or an assigned one, is enough", () => {
  expectClean(home({ address: "  address 10.64.0.2/32, fd64::2/128", ipv6: "ipv6 tunnel" }));
  expectClean(home({ address: "  address assigned", ipv6: "ipv6 tunnel" }));
});
