import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matches as isMatched } from "../../src/ir/evaluate.ts";
import { describe as words } from "../../src/ir/packet.ts";
import type { AddressMatch, Match } from "../../src/ir/ruleset.ts";
import { constant } from "../../src/net/parse-net.ts";
import { ports } from "../../src/net/port-set.ts";
import type { Transport } from "../../src/net/protocol.ts";
import { matched } from "../../src/proof/matched.ts";
import { PacketSpace } from "../../src/proof/packet-space.ts";
import { contains } from "../../src/proof/packet-values.ts";
import { reversed } from "../../src/proof/reversed.ts";
import { vocabularyOfMatches } from "../../src/proof/vocabulary.ts";
import { matches, matchFields, packets } from "./arbitrary.ts";

const devices = [{ kind: "named", name: "eth0" }] as const;
const eth0 = { kind: "one-of", zones: [{ name: "a", kind: "link", devices }] } as const;

/** A value for each field. A new field without an entry does not compile, and one without an effect fails below. */
const fields = {
  family: "ipv6",
  inInterface: eth0,
  outInterface: eth0,
  source: { set: constant("10.0.0.0/8") },
  destination: { set: constant("10.0.0.0/8") },
  sourceLocality: ["local"],
  destinationLocality: ["local"],
  transport: { kind: "tcp" },
  hopLimit: 255,
  owner: [[{ kind: "user", id: 1 }]],
  rewritten: true,
  related: "icmp-error",
} as const satisfies { readonly [F in keyof Required<Match>]: Match[F] };

/** The same for what is inside of an address, and of a transport. */
const addressFields = {
  set: { set: constant("10.0.0.0/9"), within: constant("10.0.0.0/8") },
  within: { set: constant("10.0.0.0/8"), within: constant("10.0.0.0/7") },
  table: undefined,
} as const satisfies { readonly [F in keyof Required<AddressMatch>]: AddressMatch | undefined };

const transports: readonly (readonly [Transport, Transport])[] = [
  [{ kind: "tcp" }, { kind: "udp" }],
  [{ kind: "tcp" }, { kind: "tcp", sourcePorts: ports(1) }],
  [{ kind: "tcp" }, { kind: "tcp", destinationPorts: ports(1) }],
  [
    { kind: "tcp", sourcePorts: ports(1) },
    { kind: "tcp", destinationPorts: ports(1) },
  ],
  [{ kind: "icmp" }, { kind: "icmpv6" }],
  [{ kind: "icmp" }, { kind: "icmp", types: [8] }],
  [{ kind: "protocol", number: 1 }, { kind: "icmp" }],
  [
    { kind: "protocol", number: 50 },
    { kind: "protocol", number: 51 },
  ],
];

describe.each(Object.entries(fields))("the field %s", (field, value) => {
  const space = new PacketSpace(vocabularyOfMatches([{ [field]: value }]));

  test("has an effect on the set", () => {
    const [without, with_] = [matched({}, space), matched({ [field]: value }, space)];
    expect(with_.equals(without)).toBe(false);
    expect(with_.isEmpty()).toBe(false);
    if (field !== "family") expect(with_.isSubsetOf(without)).toBe(true);
  });

  test("turned round, asks for the other end of the answered packet, or is not asked", () => {
    const [about, back] = [reversed({ [field]: value }), reversed(reversed({ [field]: value }))];
    expect(Object.keys(about)).toHaveLength(field === "owner" ? 0 : 1);
    if (field !== "owner") expect(back).toEqual({ [field]: value });
  });
});

test("every field is tried at random, too", () => {
  expect(Object.keys(matchFields)).toEqual(Object.keys(fields));
});

test("the bounds of a table have an effect, its name has none", () => {
  const space = new PacketSpace(vocabularyOfMatches([]));
  const of = (source: AddressMatch, bounds?: "most" | "least") => matched({ source }, space, bounds);
  expect(Object.keys(addressFields)).toEqual(["set", "within", "table"]);
  const { set, within } = addressFields;
  expect(of(set).equals(of(within))).toBe(false);
  expect(of(set, "most").equals(of(within, "most"))).toBe(false);
  expect(of(within, "most").equals(of(within))).toBe(false);
  expect(of(within, "least").isEmpty()).toBe(true);
  expect(of({ set: set.set, table: "a" }).equals(of({ set: set.set, table: "b" }))).toBe(true);
});

test.each(transports)("%o is another set than %o", (one, other) => {
  const space = new PacketSpace(vocabularyOfMatches([]));
  expect(matched({ transport: one }, space).equals(matched({ transport: other }, space))).toBe(false);
});

test("any match means as a set what it means packet by packet", () => {
  let hits = 0;
  fc.assert(
    fc.property(matches, fc.array(packets, { minLength: 60, maxLength: 60 }), (match, list) => {
      const space = new PacketSpace(vocabularyOfMatches([match]));
      const set = matched(match, space);
      for (const packet of list) {
        const isHit = isMatched(match, packet);
        if (isHit) hits++;
        expect(contains(set, packet, space), words(packet)).toBe(isHit);
      }
    }),
    { numRuns: 600 },
  );
  expect(hits).toBeGreaterThan(1_000);
});

test("a name that the space does not know is refused", () => {
  const space = new PacketSpace(vocabularyOfMatches([{}]));
  expect(() => matched({ outInterface: eth0 }, space)).toThrow("not in the vocabulary");
  expect(() => matched({ owner: [[{ kind: "user", id: 1 }]] }, space)).toThrow("not in the vocabulary");
  expect(() => matched({ owner: [[{ kind: "slice", path: "a" }]] }, space)).toThrow("not in the vocabulary");
});

test("an address is no value of its dimension", () => {
  const space = new PacketSpace(vocabularyOfMatches([]));
  for (const name of ["source4", "destination6"]) {
    expect(() => space.is(name, 1)).toThrow("holds codes");
    expect(() => space.where(name, [{ first: 1n, last: 2n }])).toThrow("holds codes");
  }
});
