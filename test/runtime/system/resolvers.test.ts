import { expect, test } from "vitest";
import { formatAddress } from "../../../src/net/address.ts";
import { fillResolvers, resolversIn } from "../../../src/runtime/system/resolvers.ts";

const texts = (words: readonly string[]): readonly string[] => resolversIn(words).map(formatAddress);

test("resolvers of a network are addresses of others, each once, and few", () => {
  expect(
    texts(["192.168.1.1", " 192.168.1.1 ", "127.0.0.53", "0.0.0.0", "::1", "224.0.0.251", "255.255.255.255"]),
  ).toEqual(["192.168.1.1"]);
  expect(texts(["fe80::1", "fe80\\:\\:2", "dns.example", "", "192.0.2.1/24", "192.0.2.1; drop"])).toEqual([
    "fe80::1",
    "fe80::2",
  ]);
  expect(texts(Array.from({ length: 50 }, (_, i) => `192.0.2.${i}`))).toHaveLength(8);
});

test("fills the sets that a ruleset has, and empties what stood there before", () => {
  const found = resolversIn(["192.168.1.1", "2001:db8::53", "192.168.1.2"]);
  const both = "set portal_resolvers_ipv4 {\nset portal_resolvers_ipv6 {";
  expect(fillResolvers(both, found)).toBe(`flush set inet ksp portal_resolvers_ipv4
add element inet ksp portal_resolvers_ipv4 { 192.168.1.1, 192.168.1.2 }
flush set inet ksp portal_resolvers_ipv6
add element inet ksp portal_resolvers_ipv6 { 2001:db8::53 }
`);
  expect(fillResolvers("set portal_resolvers_ipv6 {", resolversIn(["192.168.1.1"]))).toBe(
    "flush set inet ksp portal_resolvers_ipv6\n",
  );
  expect(fillResolvers("set private_ranges_ipv4 {", found)).toBeUndefined();
});
