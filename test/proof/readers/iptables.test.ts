import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Unreadable } from "../../../src/proof/readers/iptables/program.ts";
import { readSets } from "../../../src/proof/readers/iptables/read-sets.ts";
import { load, nothing } from "../../../src/proof/readers/iptables/read-text.ts";
import { importsOf } from "../../architecture/layers.ts";

const sets = readSets("create ksp_a hash:net family inet\nadd ksp_a 192.0.2.0/24\n");
const rule = (words: string, family: "ipv4" | "ipv6" = "ipv4") =>
  load(`*filter\n:ksp_a - [0:0]\n-A ksp_a ${words}\nCOMMIT\n`, { ...nothing(family), sets })
    .tables.get("filter")
    ?.get("ksp_a")?.[0];

describe("a rule", () => {
  test.each([
    ["-s 10.0.0.0/8 -j RETURN", { kind: "address", end: "source", isNegated: false }],
    ["! -d 10.0.0.1 -j DROP", { kind: "address", end: "destination", isNegated: true }],
    ["-m iprange ! --src-range 10.0.0.1-10.0.0.9 -j DROP", { ranges: [{ first: 0x0a000001n, last: 0x0a000009n }] }],
    ["-o wg+ -j RETURN", { kind: "name", side: "out", name: "wg", isPrefix: true }],
    ["-m mark --mark 0x6b73/0xffff -j RETURN", { kind: "mark", value: 0x6b73, mask: 0xffff }],
    ["-m mark --mark 0x1 -j RETURN", { kind: "mark", value: 1, mask: 0xffffffff }],
    ["-m set --match-set ksp_a dst -j RETURN", { kind: "set", end: "destination", name: "ksp_a" }],
    ["-m conntrack --ctstate ESTABLISHED --ctdir REPLY -j RETURN", { kind: "state", state: "established-reply" }],
  ])("%s", (words, condition) => {
    expect(rule(words)?.conditions).toEqual([expect.objectContaining(condition)]);
  });

  test.each([
    ["an address of the other family", "-s fd00::1 -j DROP"],
    ["host bits", "-s 10.0.0.1/8 -j DROP"],
    ["a name that is looked up", "-s example.org -j DROP"],
    ["a user by name", "-m owner --uid-owner root -j RETURN"],
    ["ports of no protocol", "--dport 53 -j RETURN"],
    ["ports of every protocol", "-m multiport --dports 53,54 -j RETURN"],
    ["ports that multiport takes for its own", "-p udp -m multiport --sports 1,2 --dport 3 -j RETURN"],
    ["sixteen ports", `-p tcp -m multiport --dports ${Array.from({ length: 16 }, (_, i) => i + 1)} -j RETURN`],
    ["a type of the other family's ICMP", "-p icmpv6 --icmpv6-type 135 -j RETURN"],
    ["established in both directions", "-m conntrack --ctstate ESTABLISHED -j RETURN"],
    ["a negation that is not known", "! -p tcp -j RETURN"],
    ["a set that is not there", "-m set --match-set ksp_b dst -j RETURN"],
    ["a module that is not known", "-m string --string x -j RETURN"],
    ["a target that is not known", "-j MARK --set-mark 1"],
    ["a chain that is not there", "-j ksp_b"],
    ["a chain that calls itself", "-j ksp_a"],
    ["no target", "-s 10.0.0.1"],
    ["two targets", "-j DROP -j RETURN"],
    ["addresses twice", "-s 10.0.0.1 -s 10.0.0.2 -j DROP"],
    ["a limit of what passes", "-m limit --limit 1/second --limit-burst 1 -j RETURN"],
    ["a reset of what is no TCP", "-j REJECT --reject-with tcp-reset"],
    ["a string without an end", '-m comment --comment "x -j DROP'],
  ])("with %s is not read", (_, words) => {
    expect(() => rule(words)).toThrow(Unreadable);
  });

  test("broadcast is of IPv4 alone", () => {
    const words = "-m addrtype --dst-type BROADCAST --limit-iface-in -j DROP";
    expect(rule(words)).toBeDefined();
    expect(() => rule(words, "ipv6")).toThrow(Unreadable);
  });
});

describe("a file", () => {
  test.each([
    ["no COMMIT", "*filter\n:ksp_a - [0:0]\n"],
    ["another table", "*raw\nCOMMIT\n"],
    ["a rule before its chain", "*filter\n-A ksp_a -j DROP\nCOMMIT\n"],
    ["another command", "*filter\n:ksp_a - [0:0]\n-F OUTPUT\nCOMMIT\n"],
    ["another place than the first", "*filter\n:ksp_a - [0:0]\n-I OUTPUT 2 -j ksp_a\nCOMMIT\n"],
    ["a chain with too long a name", `*filter\n:${"k".repeat(29)} - [0:0]\nCOMMIT\n`],
  ])("with %s is not read", (_, text) => {
    expect(() => load(text, nothing("ipv4"))).toThrow(Unreadable);
  });

  test("changes nothing before its COMMIT", () => {
    const first = load("*filter\n:ksp_a - [0:0]\n-A ksp_a -j DROP\nCOMMIT\n", nothing("ipv4"));
    expect(() => load("*filter\n-R ksp_a 1 -j RETURN\n", first)).toThrow(Unreadable);
    expect(first.tables.get("filter")?.get("ksp_a")).toMatchObject([{ target: { kind: "drop" } }]);
  });
});

describe("sets", () => {
  test.each([
    ["elements that overlap", "create a hash:net\nadd a 10.0.0.0/8\nadd a 10.1.0.0/16\n"],
    ["everything", "create a hash:net\nadd a 0.0.0.0/0\n"],
    ["a time that never ends", "create a hash:net timeout 0\n"],
    ["an element that stays among others that end", "create a hash:net timeout 5\nadd a 10.0.0.0/8\n"],
    ["an element that ends among others that stay", "create a hash:net\nadd a 10.0.0.0/8 timeout 5\n"],
    ["another type", "create a hash:ip\n"],
    ["an exception", "create a hash:net\nadd a 10.0.0.0/8 nomatch\n"],
    ["more than it takes", "create a hash:net maxelem 1\nadd a 10.0.0.1\nadd a 10.0.0.3\n"],
  ])("with %s are not read", (_, text) => {
    expect(() => readSets(text)).toThrow(Unreadable);
  });

  test("as ipset lists them", () => {
    const text =
      "create a hash:net family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x36\nadd a fd00::/8\n";
    expect(readSets(text).get("a")).toMatchObject({
      family: "ipv6",
      ranges: [{ first: 0xfdn << 120n, last: (0xfen << 120n) - 1n }],
    });
  });
});

test("shares no code with the emitter or another reader", () => {
  const folder = new URL("../../../src/proof/readers/iptables/", import.meta.url);
  const files = [
    "addresses",
    "asked",
    "control-groups",
    "meaning",
    "modules",
    "program",
    "read-loader",
    "read-rule",
    "read-sets",
    "read-text",
    "vocabulary",
    "words",
  ];
  const imported = files.flatMap((file) =>
    importsOf(`proof/readers/iptables/${file}.ts`, readFileSync(new URL(`${file}.ts`, folder), "utf8")),
  );
  expect(imported.length).toBeGreaterThan(15);
  expect(imported.filter(({ specifier }) => /emitters|\/nft\/|\/net\//.test(specifier))).toEqual([]);
});
