import { describe, expect, test } from "vitest";
import { parseAddress } from "../../../src/net/address.ts";
import { free, type Listing, sameListing } from "../../../src/runtime/firewall/kernel.ts";
import { parseHits } from "../../../src/runtime/nft/hits.ts";
import { hasTold, parseListing } from "../../../src/runtime/nft/listing.ts";
import { filledSets, fillText } from "../../../src/runtime/nft/sets.ts";
import { isOurs } from "../../../src/runtime/nft/tampering.ts";

const table = { family: "inet", table: "ksp" };
const counted = (packets: number) => ({ counter: { packets, bytes: packets * 64 } });
const rule = (chain: string, handle: number, ...expr: readonly object[]) => ({
  rule: { ...table, chain, handle, comment: `c-${chain}`, expr },
});
const goto = (target: string) => ({ goto: { target } });
const listing = (...objects: readonly object[]): string =>
  JSON.stringify({
    nftables: [{ metainfo: { version: "1.0.6" } }, { table: { ...table, name: "ksp", handle: 1 } }, ...objects],
  });
const chains = [
  { chain: { ...table, name: "output", handle: 1, type: "filter", hook: "output", prio: 0, policy: "drop" } },
  { chain: { ...table, name: "out", handle: 2 } },
  { chain: { ...table, name: "in", handle: 3 } },
];
const up = listing(
  ...chains,
  rule("output", 4, counted(7), { drop: null }),
  rule("out", 5, goto("out_up")),
  rule("in", 6, goto("in_up")),
);
const read = (text: string): Listing => {
  const found = parseListing(text);
  if (!found) throw new Error("not understood");
  return found;
};

test("handles and counters change by themselves", () => {
  const later = listing(
    ...chains.map(({ chain }) => ({ chain: { ...chain, handle: chain.handle + 90 } })),
    rule("output", 44, counted(9_999), { drop: null }),
    rule("out", 45, goto("out_up")),
    rule("in", 46, goto("in_up")),
  );
  expect(sameListing(read(up), read(later))).toBe(true);
});

test("a portal's elements go by themselves, those of a list do not", () => {
  const set = (flags: readonly string[], ...elem: readonly string[]) =>
    listing({ set: { ...table, name: "s", flags, elem } });
  expect(sameListing(read(set(["timeout"], "ipv4")), read(set(["timeout"])))).toBe(true);
  expect(sameListing(read(set(["interval"], "10.0.0.0/8")), read(set(["interval"])))).toBe(false);
});

describe("anything else is noticed", () => {
  test.each([
    ["a verdict", up.replace('"drop":null', '"accept":null')],
    ["a policy", up.replace('"policy":"drop"', '"policy":"accept"')],
    ["a priority", up.replace('"prio":0', '"prio":10')],
    ["a comment", up.replace("c-output", "c-input")],
    ["a switched chain's target", up.replace("out_up", "out_down")],
    ["one more rule", up.replace("]}", `,${JSON.stringify(rule("output", 9, { accept: null }))}]}`)],
    ["one less", listing(...chains, rule("out", 5, goto("out_up")), rule("in", 6, goto("in_up")))],
    [
      "a chain",
      listing(
        ...chains.slice(1),
        rule("output", 4, counted(7), { drop: null }),
        rule("out", 5, goto("out_up")),
        rule("in", 6, goto("in_up")),
      ),
    ],
  ])("%s", (_, text) => expect(sameListing(read(up), read(text))).toBe(false));
});

describe("the state in force", () => {
  const state = (out: readonly object[], inward: readonly object[]) =>
    read(listing(...chains, ...out.map((e, i) => rule("out", i, e)), ...inward.map((e, i) => rule("in", i, e)))).state;
  test("is where every switched chain goes", () => {
    expect(state([goto("out_up")], [goto("in_up")])).toBe("up");
    expect(state([goto("out_private.hop1_work.up")], [goto("in_private.hop1_work.up")])).toBe("private.hop1_work.up");
  });
  test.each([
    ["two states", [goto("out_up")], [goto("in_down")]],
    ["a rule in front", [{ accept: null }, goto("out_up")], [goto("in_up")]],
    ["a condition", [{ match: {} }, goto("out_up")], [goto("in_up")]],
    ["a jump", [{ jump: { target: "out_up" } }], [goto("in_up")]],
    ["an empty chain", [], [goto("in_up")]],
    ["a foreign chain", [goto("up")], [goto("up")]],
  ])("is none with %s", (_, out, inward) => expect(state(out, inward)).toBeUndefined());
  test("is free when both only accept", () => {
    const of = (expr: readonly object[]) =>
      read(listing(...chains, rule("out", 1, ...expr), rule("in", 2, counted(3), { accept: null }))).state;
    expect(of([counted(9), { accept: null }])).toBe(free);
    expect(of([counted(9), { drop: null }])).toBeUndefined();
    expect(of([{ match: {} }, counted(9), { accept: null }])).toBeUndefined();
  });
});

test.each(["", "[]", "null", "{", '{"nftables": {}}'])("what is no listing is none: %s", (text) =>
  expect(parseListing(text)).toBeUndefined(),
);

describe("events of nft monitor", () => {
  test.each([
    ["delete table inet ksp", true],
    ["add rule inet ksp out counter accept", true],
    ["delete rule arp ksp input handle 3", true],
    ["add element inet ksp portal_open { ipv4 }", true],
    ["add table inet ksp2", false],
    ["add rule ip ksp out accept", false],
    ['add rule inet other out accept comment "inet ksp"', false],
    ["# new generation 5 by process 12 (nft)", false],
  ])("%s", (line, is) => expect(isOurs(line)).toBe(is));
});

test("hits are added up by statement, passed and refused apart", () => {
  const text = listing(
    rule("a", 1, counted(3), { accept: null }),
    rule("a", 2, counted(4), { accept: null }),
    rule("a", 3, counted(5), { return: null }),
    rule("b", 4, { jump: { target: "x" } }),
  );
  expect(parseHits(text)).toEqual([
    { statement: "c-a", passed: true, packets: 7, bytes: 448 },
    { statement: "c-a", passed: false, packets: 5, bytes: 320 },
  ]);
  expect(parseHits("no json")).toBeUndefined();
});

describe("the kernel's own word of a switch", () => {
  const word = (state: string): readonly string[] => [
    "delete rule inet ksp out handle 7",
    "delete rule inet ksp in handle 8",
    `add rule inet ksp out goto out_${state}`,
    `add rule inet ksp in goto in_${state}`,
  ];
  test.each([
    ["is believed", word("up"), true],
    ["of another state is not", word("down"), false],
    ["of one rule more is not", [...word("up"), "add rule inet ksp out accept"], false],
    ["of another chain is not", [...word("up"), "delete rule inet ksp forward handle 9"], false],
    ["of one chain is not", word("up").slice(0, 3), false],
    ["of nothing is not", [], false],
    ["that did not come is not", undefined, false],
  ] as const)("%s", (_, heard, is) => expect(hasTold(heard, ["out", "in"], "up")).toBe(is));
});

describe("sets that are filled", () => {
  const ruleset =
    "table inet ksp {\n\tset portal_resolvers_ipv4 {\n\tset portal_resolvers_ipv6 {\n\tset list-1_ipv4 {\n";
  const addresses = ["192.168.1.1", "2001:db8::53", "192.168.1.2"].flatMap((text) => parseAddress(text) ?? []);
  test("are those that rules have, and lose what stood there before", () => {
    expect(filledSets(ruleset)).toEqual(["portal_resolvers_ipv4", "portal_resolvers_ipv6"]);
    expect(fillText(filledSets(ruleset), "portal_resolvers", addresses)).toBe(`flush set inet ksp portal_resolvers_ipv4
add element inet ksp portal_resolvers_ipv4 { 192.168.1.1, 192.168.1.2 }
flush set inet ksp portal_resolvers_ipv6
add element inet ksp portal_resolvers_ipv6 { 2001:db8::53 }
`);
    expect(fillText(filledSets(ruleset), "portal_resolvers", addresses.slice(0, 1))).toContain(
      "flush set inet ksp portal_resolvers_ipv6\n",
    );
    expect(fillText(filledSets(ruleset), "list-1", addresses)).toBe("");
    expect(fillText(filledSets(ruleset), "allow-host-1", addresses)).toBe("");
  });
});
