import { describe, expect, test } from "vitest";
import type { Packet } from "../../../../src/ir/packet.ts";
import { constant } from "../../../../src/net/parse-net.ts";
import { PacketSpace } from "../../../../src/proof/packet-space.ts";
import { contains } from "../../../../src/proof/packet-values.ts";
import { type Machine, Meaning } from "../../../../src/proof/readers/pf/meaning.ts";
import { readTable } from "../../../../src/proof/readers/pf/tables.ts";
import { vocabularyOfProgram } from "../../../../src/proof/readers/pf/vocabulary.ts";
import { loopback, merged } from "../../../../src/proof/vocabulary.ts";
import { programOf, type Texts } from "./arbitrary.ts";

interface Wanted {
  readonly direction?: Packet["direction"];
  readonly from?: string;
  readonly to?: string;
  readonly on?: string;
  readonly and?: string;
  readonly proto?: number;
  readonly ports?: readonly [number, number];
  readonly type?: number;
  readonly user?: number;
  readonly connection?: Packet["connection"];
}

/** `out on en0 from 10.64.0.2 to 192.0.2.1 tcp 40000 → 443`, as far as nothing else is said. */
function packet({ direction = "out", from = "10.64.0.2", to = "192.0.2.1", on = "en0", and, ...rest }: Wanted): Packet {
  const [source, destination] = [from, to].map((text) => constant(text)[0]?.first ?? 0n);
  const device = (name: string) => (name === "lo0" ? { name: "lo", kind: "loopback" } : { name });
  const { proto: protocol = 6, ports = [40000, 443], type, user, connection = "new" } = rest;
  const payload =
    type !== undefined
      ? { protocol, icmpType: type }
      : protocol === 6 || protocol === 17
        ? { protocol, sourcePort: ports[0], destinationPort: ports[1] }
        : { protocol };
  return {
    direction,
    family: "ipv4",
    ...(direction !== "out" && { inInterface: device(on) }),
    ...(direction !== "in" && { outInterface: device(and ?? on) }),
    source: source ?? 0n,
    destination: destination ?? 0n,
    sourceLocality: direction === "out" ? "local" : "elsewhere",
    destinationLocality: "elsewhere",
    payload,
    hopLimit: 64,
    owner: { mark: 0, ...(user !== undefined && { user }) },
    connection,
  };
}

function passes(texts: Texts | string, wanted: Wanted | Packet, machine?: Machine): boolean {
  const all = typeof texts === "string" ? { "": texts } : texts;
  const program = programOf(
    Object.fromEntries(Object.entries(all).map(([path, text]) => [path, `${text.replace(/; /g, "\n")}\n`])),
  );
  const skipped = (machine?.skipped ?? []).map((name) => ({ kind: "named", name }) as const);
  const space = new PacketSpace(merged(vocabularyOfProgram(program), { ...loopback, devices: skipped }, loopback));
  const asked = "family" in wanted ? wanted : packet(wanted);
  return contains(new Meaning(space).passes(program, machine), asked, space);
}

const answer: Wanted = {
  direction: "in",
  from: "192.0.2.1",
  to: "10.64.0.2",
  ports: [443, 40000],
  connection: "established-reply",
};

/** Read in macOS's kernel (K), unless it is marked: measured by others on macOS (M). */
describe("the filter", () => {
  test.each<readonly [string, Texts | string, Wanted, boolean]>([
    ["passes what no rule is about", "block drop in all", {}, true],
    ["the last rule decides", "block drop all; pass all", {}, true],
    ["quick ends it", "block drop quick all; pass all", {}, false],
    ["an interface is known by its exact name", "block drop quick on utun all", { on: "utun4" }, true],
    ["a negated one is every other", "block drop quick on ! en0 all", { on: "utun4" }, false],
    ["an anchor's own criteria gate it", { "": 'anchor "a" in', a: "block drop quick all" }, {}, true],
    ["quick ends anchors, too", { "": 'anchor "a"; pass all', a: "block drop quick all" }, {}, false],
    ["a match is remembered across anchors", { "": 'block drop all; anchor "a"', a: "pass all" }, {}, true],
    ["and overruled behind them", { "": 'anchor "a"; pass all', a: "block drop all" }, {}, true],
    ["a wildcard walks children", { "": 'anchor "x/*"', "x/1": "block drop quick all" }, {}, false],
    ["not itself", { "": 'anchor "x/*"', x: "block drop quick all" }, {}, true],
    ["not what is below them", { "": 'anchor "x/*"', "x/1": "", "x/1/deep": "block drop quick all" }, {}, true],
    [
      "that only by an anchor inside",
      { "": 'anchor "x/*"', "x/1": 'anchor "deep"', "x/1/deep": "block drop quick all" },
      {},
      false,
    ],
    [
      "in the order of their paths",
      { "": 'anchor "x/*"', "x/b": "block drop quick all", "x/a": "pass quick all" },
      {},
      true,
    ],
    [
      "a missing anchor line: nothing of ours is looked at",
      { "": "", "com.apple/000.ksp": "block drop quick all" },
      {},
      true,
    ],
    [
      "a line of the stock ruleset reaches it",
      { "": 'anchor "com.apple/*" all', "com.apple/000.ksp": "block drop quick all" },
      {},
      false,
    ],
    [
      "what no rule is about makes no state",
      "block drop in all",
      { direction: "in", connection: "established-reply" },
      false,
    ],
    ["rules in braces", 'anchor "x" {; block drop quick all; }', {}, false],
  ])("%s", (_, texts, wanted, expected) => {
    expect(passes(texts, wanted)).toBe(expected);
  });

  test("does not look while pf is off, or at an interface that is skipped", () => {
    const closed = "block drop quick all";
    expect(passes(closed, {}, { isEnabled: true, skipped: [] })).toBe(false);
    expect(passes(closed, {}, { isEnabled: false, skipped: [] })).toBe(true);
    expect(passes(closed, {}, { isEnabled: true, skipped: ["en0"] })).toBe(true);
    expect(passes(closed, { on: "en1" }, { isEnabled: true, skipped: ["en0"] })).toBe(false);
  });

  test("asks twice of what is forwarded", () => {
    const forwarded: Wanted = { direction: "forward", on: "en1", and: "en0" };
    expect(passes("block drop in quick on en1 all", forwarded)).toBe(false);
    expect(passes("block drop out quick on en0 all", forwarded)).toBe(false);
    expect(passes("block drop in quick on en0 all; block drop out quick on en1 all", forwarded)).toBe(true);
  });

  test("does not walk anchors deeper than 64", () => {
    const deep = (levels: number): Texts =>
      Object.fromEntries([
        ...Array.from({ length: levels }, (_, i) => [Array.from({ length: i }, () => "a").join("/"), 'anchor "a"']),
        [Array.from({ length: levels }, () => "a").join("/"), "block drop quick all"],
      ]);
    expect(passes(deep(3), {})).toBe(false);
    expect(() => passes(deep(66), {})).toThrow("without an end");
  });

  test("never sees ARP", () => {
    const arp: Packet = { ...packet({}), family: "arp", payload: { protocol: 0 } };
    expect(passes("pass quick all", arp)).toBe(false);
  });
});

describe("states", () => {
  const bound = "pass out quick on en0 all keep state (if-bound); block drop quick all";
  const floating = "pass out quick on en0 all keep state; block drop quick all";
  test.each<readonly [string, string, Wanted, boolean]>([
    ["answers pass", bound, answer, true],
    ["on their interface alone", bound, { ...answer, on: "en1" }, false],
    ["a floating one on every interface", floating, { ...answer, on: "en1" }, true],
    ["and lets the flow out of another one", floating, { on: "en1", connection: "established-original" }, true],
    ["a bound one does not", bound, { on: "en1", connection: "established-original" }, false],
    ["a new packet has none", floating, { on: "en1" }, false],
    ["no state: the answer is judged by itself", bound.replace("keep state (if-bound)", "no state"), answer, false],
    [
      "a connection is not taken up in its midst",
      "pass out quick all flags S/SA no state; block drop quick all",
      { connection: "established-original" },
      false,
    ],
    [
      "flags any takes it up",
      "pass out quick all flags any no state; block drop quick all",
      { connection: "established-original" },
      true,
    ],
    [
      "of UDP no flags are asked",
      "pass out quick all flags S/SA no state; block drop quick all",
      { proto: 17, connection: "established-original" },
      true,
    ],
    [
      "who answers is not asked for an owner",
      "pass out quick proto tcp all user 0 keep state (if-bound); block drop quick all",
      answer,
      true,
    ],
    ["an echo is answered", bound, { ...answer, proto: 1, type: 0 }, true],
    ["by any type but an error", bound, { ...answer, proto: 1, type: 13 }, true],
    ["an error is none", bound, { ...answer, proto: 1, type: 3 }, false],
    [
      "an error about a flow passes",
      bound,
      { direction: "in", from: "203.0.113.9", to: "10.64.0.2", proto: 1, type: 3, connection: "related" },
      true,
    ],
    [
      "where flows are",
      bound,
      { direction: "in", from: "203.0.113.9", to: "10.64.0.2", proto: 1, type: 3, connection: "related", on: "en1" },
      false,
    ],
    [
      "an error makes no state",
      "pass out quick inet proto icmp all icmp-type 3 keep state (if-bound); block drop quick all",
      { ...answer, proto: 1, type: 8 },
      false,
    ],
  ])("%s", (_, text, wanted, expected) => {
    expect(passes(text, wanted)).toBe(expected);
  });

  test("forwarding makes two of them", () => {
    const forwarded: Wanted = {
      direction: "forward",
      from: "192.0.2.1",
      to: "10.64.0.2",
      ports: [443, 40000],
      on: "en0",
      and: "en1",
      connection: "established-reply",
    };
    const both =
      "pass in quick on en1 all keep state (if-bound); pass out quick on en0 all keep state (if-bound); block drop quick all";
    expect(passes(both, forwarded)).toBe(true);
    expect(passes(both.replace("on en1 all keep state (if-bound)", "on en1 all no state"), forwarded)).toBe(false);
  });
});

describe("fragments", () => {
  const fragment = (protocol: number): Packet => ({ ...packet({}), payload: { protocol } });
  test.each<readonly [string, string, Packet, boolean]>([
    ["no owner is looked at", "pass out quick proto tcp all user 0 flags any; block drop quick all", fragment(6), true],
    [
      "rules with ports are passed over",
      "pass quick proto udp from any to any port 53; block drop quick all",
      fragment(17),
      false,
    ],
    ["rules with flags, too", "pass quick all flags S/SA; block drop quick all", fragment(6), false],
    ["rules with types, too", "pass quick inet proto icmp all icmp-type 8; block drop quick all", fragment(1), false],
    ["rules about them match nothing else", "pass quick all fragment; block drop quick all", packet({}), false],
    ["rules about them", "block drop quick all fragment; pass quick all", fragment(6), false],
    [
      "states are not looked at",
      "pass out quick all keep state (if-bound); block drop quick all",
      { ...fragment(17), connection: "established-original" },
      true,
    ],
  ])("%s", (_, text, wanted, expected) => {
    expect(passes(text, wanted)).toBe(expected);
  });
});

describe("owners", () => {
  const closed = (test: string, proto = "") => `pass quick ${proto} all ${test} no state; block drop quick all`;
  test.each<readonly [string, string, Wanted, boolean]>([
    ["of TCP and UDP", closed("user 0", "proto tcp"), { user: 0 }, true],
    ["another one", closed("user 0", "proto tcp"), { user: 501 }, false],
    ["nobody is unknown", closed("user unknown", "proto tcp"), {}, true],
    ["nobody is not any number", closed("user != 0", "proto tcp"), {}, true],
    ["ICMP is unknown, whoever sends it", closed("user unknown"), { proto: 1, type: 8, user: 0 }, true],
    ["so a deny leaks ping (M)", "block drop quick all user 0", { proto: 1, type: 8, user: 0 }, true],
    ["what is forwarded is unknown", closed("user != 0"), { direction: "forward", on: "en1", and: "en0" }, true],
    ["of a socket that receives, too", closed("user 0", "proto tcp"), { direction: "in", user: 0 }, true],
  ])("%s", (_, text, wanted, expected) => {
    expect(passes(text, wanted)).toBe(expected);
  });
});

describe("tables", () => {
  const to = (to: string): Wanted => ({ to });
  const table = "table <t> { 10.0.0.0/8 !10.1.0.0/16 10.1.2.0/24 }";
  test.each<readonly [string, Texts | string, Wanted, boolean]>([
    ["the longest prefix decides", `${table}; block drop quick to <t>`, to("10.2.0.1"), false],
    ["a negated one is not in it", `${table}; block drop quick to <t>`, to("10.1.0.1"), true],
    ["one inside that is", `${table}; block drop quick to <t>`, to("10.1.2.3"), false],
    ["a missing one matches nothing", "block drop quick to <t>", to("10.0.0.1"), true],
    ["so its negation matches everything", "block drop quick to ! <t>", to("10.0.0.1"), false],
    [
      "main's is taken where there is none",
      { "": `${table}; anchor "a"`, a: "block drop quick to <t>" },
      to("10.2.0.1"),
      false,
    ],
    [
      "and not where there is one",
      { "": `${table}; anchor "a"`, a: "table <t> { 192.0.2.0/24 }; block drop quick to <t>" },
      to("10.2.0.1"),
      true,
    ],
  ])("%s", (_, texts, wanted, expected) => {
    expect(passes(texts, wanted)).toBe(expected);
  });

  test("from a file: one a line, comments, nothing that is looked up", () => {
    const content = readTable("# private\n10.0.0.0/8\n! 10.1.0.0/16 # not this\nfd00::/8\n");
    expect(content.count).toBe(3);
    expect(content.ipv4).toEqual([
      { first: 0x0a000000n, last: 0x0a00ffffn },
      { first: 0x0a020000n, last: 0x0affffffn },
    ]);
    expect(() => readTable("10.0.0.0/8")).toThrow("the last line does not end");
    for (const wrong of ["example.org", "10.0.0.1/8", "10.0.0.1-10.0.0.9", "010.0.0.1", "10.0.0.0/8/8"])
      expect(() => readTable(`192.0.2.1\n${wrong}\n`)).toThrow("is no address");
  });
});

test("IPv4 options: IGMP passes where a rule allows them", () => {
  const igmp: Wanted = { proto: 2, to: "224.0.0.22" };
  expect(passes("pass quick proto igmp all no state; block drop quick all", igmp)).toBe(false);
  expect(passes("pass quick proto igmp all no state allow-opts; block drop quick all", igmp)).toBe(true);
});

test("what the words of a rule do not decide is not guessed", () => {
  expect(() => passes("block drop quick from urpf-failed to any", {})).toThrow("routes");
  expect(() => passes("block drop quick from (en1) to any", {})).toThrow("does not cross");
  expect(() => passes("block drop quick all tagged x", {})).toThrow("a tag");
  expect(() => passes("pass quick proto tcp all user 1 >< 6", {})).toThrow("order of ids");
  expect(passes("block drop out quick on en0 from ! (en0) to any", {})).toBe(true);
});
