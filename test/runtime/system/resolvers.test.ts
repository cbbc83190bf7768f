import { expect, test } from "vitest";
import { formatAddress } from "../../../src/net/address.ts";
import { resolversIn } from "../../../src/runtime/system/resolvers.ts";

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
