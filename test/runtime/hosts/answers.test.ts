import { describe, expect, test } from "vitest";
import type { Dns, Host } from "../../../src/ir/policy.ts";
import { type Address, parseAddress } from "../../../src/net/address.ts";
import { constant } from "../../../src/net/parse-net.ts";
import { judgeAnswers, resolverOf } from "../../../src/runtime/hosts/answers.ts";

const dns = (resolver: string, suffixes: readonly string[], more: Partial<Dns> = {}): Dns => ({
  id: "dns-1",
  resolvers: constant(resolver),
  path: { kind: "tunnel", tunnel: "wg0" },
  suffixes,
  caveat: { acceptRisk: [] },
  ...more,
});
const addresses = (...texts: readonly string[]): readonly Address[] =>
  texts.flatMap((text) => parseAddress(text) ?? []);
const host: Host = {
  id: "allow-host-1",
  host: "intranet.corp.example",
  pinned: constant("203.0.113.9"),
  within: constant("203.0.113.0/28", "2001:db8::/64"),
};

describe("a name is asked for of", () => {
  const general = dns("10.64.0.1", []);
  test.each([
    [
      "whom the policy declares for the longest part of it",
      [general, dns("10.1.0.1", ["example"]), dns("10.2.0.1", ["corp.example"])],
      "10.2.0.1",
    ],
    ["the one for all names else", [dns("10.3.0.1", ["other.example"]), general], "10.64.0.1"],
    ["nobody where none is declared for it", [dns("10.3.0.1", ["orp.example"])], undefined],
    [
      "nobody who is there for a user's names alone",
      [dns("10.4.0.1", [], { owner: { kind: "user", id: 7 } })],
      undefined,
    ],
  ])("%s", (_, declared, resolver) => expect(resolverOf("Intranet.corp.example", declared)).toBe(resolver));
});

test("what lies outside the bounds of the policy is refused", () => {
  const answers = addresses("203.0.113.1", "203.0.113.16", "2001:db8::7", "2001:db8:1::7");
  expect(judgeAnswers(host, answers)).toEqual({
    accepted: addresses("203.0.113.1", "2001:db8::7"),
    refused: addresses("203.0.113.16", "2001:db8:1::7"),
  });
});
