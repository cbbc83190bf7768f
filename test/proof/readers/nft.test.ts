import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { empty } from "../../../src/proof/readers/nft/program.ts";
import { type Lists, load, Text } from "../../../src/proof/readers/nft/read-text.ts";
import { importsOf, layerOf, layers } from "../../architecture/layers.ts";

const reasonOf = (text: string): string | undefined => {
  const read = load(text, empty);
  return "fault" in read ? `${read.fault.line}: ${read.fault.reason}` : undefined;
};
const table = (rules: string, hook = "output", more = ""): string => `table inet ksp {
${more}	chain ${hook} {
		type filter hook ${hook} priority ${hook === "postrouting" ? "srcnat + 200" : "filter"}; policy drop;
		${rules}
	}
}
`;

test("what ksp writes is read", () => {
  expect(reasonOf(table('oifname "lo" accept\n\t\tcounter drop comment "closed-out"'))).toBeUndefined();
});

describe("what is not understood is refused, whatever it means", () => {
  test.each([
    ["accept unknown", "4: unknown after the verdict"],
    ["meta priority 1 accept", "4: expected one of"],
    ["ether saddr 00:00:00:00:00:01 accept", "4: unknown word ether"],
    ["tcp flags syn accept", "4: expected one of sport, dport, found flags"],
    ["ip protocol tcp accept", "4: expected one of saddr, daddr, ttl, frag-off, found protocol"],
    ["rt nexthop 10.0.0.1 accept", "4: unknown word rt"],
    ["exthdr frag exists accept", "4: unknown word exthdr"],
    ["numgen random mod 2 0 accept", "4: unknown word numgen"],
    ["queue num 1", "4: unknown word queue"],
    ["dup to 10.0.0.1", "4: unknown word dup"],
    ["notrack", "4: unknown word notrack"],
    ["meta mark set 1", "4: set is no number"],
    ["limit rate 1/second accept", "4: expected burst"],
    ["ct state invalid drop", "4: unknown word invalid"],
    ["ct state != established accept", "4: unknown word !="],
    ["ip saddr 10.0.0.1/8 accept", "4: 10.0.0.1/8: bits of a host in a prefix"],
    ["ip saddr 010.0.0.1 accept", "4: 010.0.0.1: no address"],
    ["ip saddr { 10.0.0.0/8, 10.1.0.0/16 } accept", "4: addresses overlap"],
    ["ip6 saddr 10.0.0.1 accept", "4: 10.0.0.1: no address"],
    ["ip saddr @nobody accept", "4: no set nobody"],
    ["tcp dport 70000 accept", "4: 70000 is no number"],
    ["tcp dport { } accept", "4: an empty list"],
    ["tcp dport https accept", "4: https is no number"],
    ["th dport 53 accept", "4: a port of any protocol"],
    ["ct direction reply accept", "4: the direction of what is not established"],
    ['oifname "wg\\*" accept', "4:"],
    ['oifname { "wg*", "eth0" } accept', "4: a prefix in a list"],
    ["oif 1 accept", "4: unknown word oif"],
    ['meta oifkind "tun*" accept', "4:"],
    ['iifname "eth0" accept', "4: no arriving interface in output"],
    ["goto nowhere", "4: no chain nowhere"],
    ["jump output", "4: output belongs to a hook"],
    ["masquerade", "4: masquerade does not load in output"],
    ['log prefix "ksp"', "4: logging without a limit"],
    ['accept comment "a', "4: a string without an end"],
    ["accept comment plain", "4:"],
    ['include "/etc/other.nft"', "4: unknown word include"],
    ["$wan accept", "4: unknown word $wan"],
  ])("%s", (rule, reason) => {
    expect(reasonOf(table(rule))?.slice(0, reason.length)).toBe(reason);
  });

  test.each([
    ["flush ruleset", "1: expected one of chain, set"],
    ["define wan = eth0", "1: expected one of table"],
    ["table ip ksp", "1: expected one of inet, arp"],
    ["table inet ksp {\n\tflags dormant\n}", "2: expected owner, found dorm"],
    ["table inet ksp {\n\tflags owner, dormant\n}", "2: expected the end of the line"],
    ["table inet ksp {\n\tmap m { type ipv4_addr : verdict; }\n}", "2: expected one of set, chain"],
    ["delete table inet ksp", "1: no table inet ksp"],
    ["add rule inet ksp out accept", "1: no table inet ksp"],
    ["table inet ksp\nflush chain inet ksp out", "2: no chain out"],
    [
      "table inet ksp {\n\tchain a {\n\t\ttype filter hook ingress priority 0;\n\t}\n}",
      "3: expected one of prerouting",
    ],
    ["table inet ksp {\n\tchain a {\n\t\tjump b\n\t}\n\tchain b {\n\t\tjump a\n\t}\n}", "6: a comes round"],
    [table("reject", "postrouting"), "4: reject does not load in postrouting"],
    [table('socket cgroupv2 level 1 "a" accept', "input"), "4: a control group is known of sockets alone"],
    [table("jump b", "output", "\tchain b {\n\t\tjump b\n\t}\n"), "3: b comes round"],
    [table("drop").repeat(2), "9: a hook stands first in a new chain"],
    [
      table("drop") + table("drop", "output").replace("chain output", "chain other"),
      "10: two chains for filter output",
    ],
  ])("%j", (text, reason) => {
    expect(reasonOf(text)?.slice(0, reason.length)).toBe(reason);
  });
});

test("all of a file is loaded, or nothing", () => {
  const read = load(table("drop"), empty);
  if ("fault" in read) throw new Error(read.fault.reason);
  const before = JSON.stringify([...read.program.tables.keys()]);
  expect(load("delete table inet ksp\nnonsense", read.program)).toHaveProperty("fault");
  expect(JSON.stringify([...read.program.tables.keys()])).toBe(before);
});

test("a list that stands in several texts is read once, and is the same word by word or read anew", () => {
  const lists: Lists = new Map();
  const setOf = (type: string, words: string) => {
    const text = `table inet ksp {\n\tset s {\n\t\ttype ${type}\n\t\tflags interval\n\t\telements = ${words}\n\t}\n}\n`;
    const read = load(new Text(text, lists), empty);
    if ("fault" in read) return read.fault.reason;
    const set = read.program.tables.get("inet ksp")?.sets.get("s");
    return set?.kind === "addresses" ? set.ranges : undefined;
  };
  const first = setOf("ipv4_addr", "{ 192.0.2.1, 192.0.2.3 }");
  expect(setOf("ipv4_addr", "{ 192.0.2.1, 192.0.2.3 }")).toBe(first);
  expect(setOf("ipv4_addr", "{ 192.0.2.1, 192.0.2.4 }")).not.toEqual(first);
  expect(setOf("ipv6_addr", "{ 192.0.2.1, 192.0.2.3 }")).toMatch(/192\.0\.2\.1/);
  // Up to a brace in a comment these are the same.
  expect(setOf("ipv4_addr", "{ 192.0.2.1, # }\n192.0.2.3 }")).toEqual(first);
  expect(setOf("ipv4_addr", "{ 192.0.2.1, # }\n192.0.2.4 }")).not.toEqual(first);
  expect(lists.size).toBe(2);
});

describe("the reader shares nothing with the emitter", () => {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const rows = layers(readFileSync(join(root, "ARCHITECTURE.md"), "utf8"));
  const sources = (folder: string) =>
    readdirSync(join(root, "src", folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `${folder}/${file}`);

  /** Everything that a file needs, however far away. */
  function reached(files: readonly string[]): ReadonlySet<string> {
    const found = new Set(files);
    for (const file of found)
      for (const { specifier } of importsOf(file, readFileSync(join(root, "src", file), "utf8")))
        if (specifier.startsWith(".")) found.add(join(file, "..", specifier));
    return found;
  }
  const readers = reached(sources("proof/readers"));
  const emitters = reached(sources("emitters/nft"));

  test("not a file of either is needed by the other", () => {
    expect(layerOf(rows, "proof/readers/nft/read-text.ts")?.imports.join()).not.toMatch(/emitters|ir|net/);
    expect([...readers].filter((file) => file.startsWith("emitters/"))).toEqual([]);
    expect([...emitters].filter((file) => file.startsWith("proof/"))).toEqual([]);
  });

  test("and neither addresses nor ports are read with what writes them", () => {
    const values = (file: string) => /^import (?!type )/m.test(file);
    const texts = sources("proof/readers").map((file) => readFileSync(join(root, "src", file), "utf8"));
    expect(texts.some(values)).toBe(true);
    expect(texts.filter((text) => /from "(?:\.\.\/)+(?:net|ir|emitters)\//.test(text))).toEqual([]);
  });
});
