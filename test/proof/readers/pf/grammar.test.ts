import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { rulesetOf } from "../../../../src/proof/readers/pf/expand.ts";
import { strictly } from "../../../../src/proof/readers/pf/own.ts";
import { Unreadable } from "../../../../src/proof/readers/pf/program.ts";
import { readText } from "../../../../src/proof/readers/pf/read-text.ts";
import { importsOf } from "../../../architecture/layers.ts";
import { read, skeleton } from "./texts.ts";

/**
 * Marks say on whose word: read in macOS's kernel (K) or in a decompilation of its pfctl (A), measured with OpenBSD 4.3's
 * pfctl on Linux (P) or by others on macOS (M), told by others (I).
 */
describe("is loaded as it reads", () => {
  test.each([
    ["P", "pass in quick on en0 inet proto tcp from any to any port 22:22 flags S/SA keep state (if-bound)"],
    ["P", "block drop out log quick on ! en0 inet6 from fd00::/8 to ! fd00::1"],
    [
      "P",
      'pass out quick on { en0 en1 } proto { udp, tcp } from any to { 10.0.0.1 10.0.0.2 } port { 53 853:853 } label "x"',
    ],
    ["P", "pass out quick to 10.0.0.1 keep state (if-bound) allow-opts user 0"],
    ["P", "table <t> persist"],
    ["P", "table <t> const { 10.0.0.0/8, !10.1.0.0/16, fd00::/8 }"],
    ["P", "scrub in on en0 inet from any to 10.0.0.1 fragment reassemble"],
    ["P", "scrub all no-df random-id min-ttl 2 max-mss 1410 set-tos 0x10 reassemble tcp fragment drop-ovl"],
    ["P", "no scrub on en0 all"],
    ["P", "pass out quick route-to lo0 inet proto udp from any to any port 53:53 keep state (if-bound)"],
    ["P", "pass out quick on en0 from (en0) to any"],
    ["P", "block drop in quick from urpf-failed to any"],
    ["P", "pass quick proto tcp from any port 1 >< 6 to any port 80 <> 90"],
    ["P", "pass quick proto tcp all user 0 >< 6"],
    ["P", "pass quick inet proto icmp all icmp-type { 3 code 4, 8 }"],
    ["P", "pass quick all tag a\nblock drop quick all ! tagged a"],
    ["P", "pass quick \\\n all"],
    ["P", "pass quick all # everything\n# nothing"],
    ["P", "pass quick all\ntable <t> persist"],
    ["P", "pass quick proto tcp all user root group unknown"],
    ["P", "pass quick on unheard0 all"],
    ["P", "pass quick inet from any to 10.0.0.1/32"],
    ["P", "pass quick from no-route to (en0:network)"],
    ["P", "table <t> { 10.0.0.0/8 !10.1.0.0/16 }"],
    ["A", "nat64 on en0 inet6 from any to 64:ff9b::/96 -> (en0)"],
    ["P", 'tun = "utun4"\npass quick on $tun all'],
    ["P", 'anchor "com.apple/*" all'],
    ["P", 'anchor "x" in on en0 {\n  pass quick all\n  block drop all\n}'],
    ["A", 'scrub-anchor "com.apple/*" all fragment reassemble\nnat-anchor "com.apple/*" all'],
    ["A", 'dummynet-anchor "com.apple/*" all'],
    ["M", "set timeout interval 5"],
    ["P", "set ruleset-optimization none"],
    ["P", ""],
  ])("%s %s", (_, text) => {
    expect(() => read(text === "" ? "" : `${text}\n`)).not.toThrow();
  });

  test("the skeleton that OpenBSD 4.3's parser passes whole (P)", () => {
    const statements = readText(skeleton, { macros: new Map([["tun", "utun4"]]) });
    strictly(statements, "running");
    // Of thirteen lines with lists: two protocols twice, and two protocols with two ports.
    expect(rulesetOf(statements).entries).toHaveLength(12 + 1 + 3);
    expect(rulesetOf(statements).scrubs).toHaveLength(1);
  });
});

describe("fails the whole load", () => {
  test.each([
    ["P", "the last line does not end", "pass all"],
    ["P", 'the character "\\r"', "pass all\r\n"],
    ["A P", "scrub behind filter", "pass all\nscrub all\n"],
    ["A P", "scrub behind filter", 'pass all\nscrub-anchor "x" all\n'],
    ["A P", "scrub behind filter", "pass all\nno scrub all\n"],
    ["P", "the option frobnicate", "scrub all frobnicate\n"],
    ["P", "expected tcp instead of udp", "scrub all reassemble udp\n"],
    ["A P", "translation behind filter", "pass all\nnat on en0 from any to any -> (en0)\n"],
    ["P", "expected an option instead of the end of the line", "pass all !\n"],
    ["P", "the option quick", "pass out on en0 quick\n"],
    ["P", "the option out", "pass quick out\n"],
    ["P", "a list of interfaces cannot be negated", "pass on ! { en0 en1 } all\n"],
    ["P", "port needs proto tcp or udp", "pass from any to any port 53\n"],
    ["P", "port needs proto tcp or udp", "pass proto { tcp icmp } from any to any port 53\n"],
    ["P", "port needs proto tcp or udp", "pass proto esp from any port 53 to any\n"],
    ["P", "a type of ICMP needs inet", "pass proto icmp all icmp-type 8\n"],
    ["P", "a type of ICMP needs inet6", "pass proto ipv6-icmp all icmp6-type 134\n"],
    ["P", "a type of ICMP needs its protocol", "pass inet proto udp all icmp-type 8\n"],
    ["P", "flags need tcp", "pass proto udp all flags S/SA\n"],
    ["A P", "keep state on block", "block all keep state\n"],
    ["A P", "a range of ids is no user", "pass proto tcp all user 1:5\n"],
    ["A P", "code takes no list", "pass inet proto icmp all icmp-type 3 code { 0 1 }\n"],
    ["A P", "is no canonical address", "table <t> { 10.0.0.1 - 10.0.0.9 }\n"],
    ["A P", "counters is not there on macOS", "table <t> counters { 10.0.0.1 }\n"],
    ["A P", "two families in one rule", "pass inet from any to fd00::1\n"],
    ["A P", "two families in one rule", "pass from 10.0.0.1 to fd00::1\n"],
    ["P", "has more than 15 characters", "pass on abcdefghijklmnop all\n"],
    ["P", "has more than 31 characters", `table <${"t".repeat(32)}> persist\n`],
    ["P", "a label of 1 to 63 bytes", `pass all label "${"x".repeat(64)}"\n`],
    ["P", "the macro tun is not defined", "pass on $tun all\n"],
    ["P", "the path com.apple/_x", 'anchor "com.apple/_x"\n'],
    ["P", "goes down", "pass proto tcp from any to any port 20:10\n"],
    ["P", "is no number of a port", "pass proto tcp from any to any port 65536\n"],
    ["P", "a string without an end", 'pass all label "x\n'],
    ["P", "label again", 'pass all label "x" label "y"\n'],
    ["P", "an empty list", "pass on { } all\n"],
  ])("%s %s", (_, reason, text) => {
    expect(() => read(text)).toThrow(Unreadable);
    expect(() => read(text)).toThrow(reason);
  });
});

describe("is there elsewhere, and not on macOS", () => {
  test.each([
    ["A P", "match out all tag x"],
    ["M", "pass in all received-on en0"],
    ["A P", "pass in all divert-to 127.0.0.1 port 700"],
    ["A P", "pass in proto tcp all rdr-to 10.0.0.1"],
    ["A P", "pass out all nat-to 10.0.0.1"],
    ["A P", "pass all once"],
    ["A P", "pass all keep state (sloppy)"],
    ["A P", "pass all keep state (pflow)"],
    ["A P", "table <t> counters"],
    ["A P", "pass all set prio 1"],
    ["A P", "pass all scrub (no-df)"],
  ])("%s %s", (_, text) => {
    expect(() => read(`${text}\n`)).toThrow(/is not there on macOS/);
  });
});

describe("means something else than it says, so it is refused", () => {
  test.each([
    ["P", "010.0.0.1 is 8.0.0.1", "pass to 010.0.0.1"],
    ["P", "1.2.3 is 1.2.0.3", "pass to 1.2.3"],
    ["P", "10/8 is filled up", "pass to 10/8"],
    ["P", "host bits are cleared", "pass to 10.0.0.1/8"],
    ["P", "a name is looked up at load", "pass to example.org"],
    ["P", "an interface is its addresses of now", "pass from en0"],
    ["P", "self, too", "pass from self to any"],
    ["P", "antispoof, too", "antispoof for en0"],
    ["P", "a scope becomes an interface", "pass from fe80::1%en0"],
    ["P", "icmp6 hangs on /etc/protocols", "pass inet6 proto icmp6 all"],
    ["P", "names of ports hang on /etc/services", "pass proto udp from any to any port domain"],
    ["A K", "dscp is of macOS alone, and nothing of ours", "pass all dscp 46"],
    ["A K", "sc, too", "pass all sc be"],
    ["A K", "rtable takes an interface there", "pass all rtable en0"],
    ["A K", "extfilter, too", "pass all extfilter ei"],
    ["P", "a type of service is none of ours", "pass all tos 0x10"],
    ["P", "any in a list swallows the rest", "pass from { any 10.0.0.1 } to any"],
    ["P", "a combination of two families is left out", "pass inet from any to { 10.0.0.1 fd00::1 }"],
  ])("%s %s: %s", (_, __, text) => {
    expect(() => read(`${text}\n`)).toThrow(Unreadable);
  });
});

describe("is loaded, and a trap: none of ours", () => {
  const first = "set ruleset-optimization none\n";
  const refused = (text: string, place: "running" | "boot" = "running") => {
    const statements = readText(text);
    try {
      strictly(statements, place);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each([
    ["K", "a rule that is not quick", "pass out on en0 all keep state (if-bound)"],
    ["K", "a state that floats", "pass out quick on en0 all keep state"],
    ["K", "a state that floats", "pass out quick on en0 all keep state (floating)"],
    ["A P", "a state that nobody asked for", "pass out quick on en0 all"],
    ["D", "a connection taken up in its middle", "pass out quick on en0 all flags any keep state (if-bound)"],
    ["P", "a negation in a list", "block drop quick to { 10.0.0.0/8, !10.0.0.1 }"],
    ["P", "a negation in a list", "block drop quick on { en0 !en1 }"],
    ["K", "a negated table", "block drop quick from ! <t> to any"],
    ["K", "ids that are not named one by one", "pass quick proto tcp all user != 0 no state"],
    ["K", "ids that are not named one by one", "pass quick proto tcp all user 1 >< 6 no state"],
    ["K", "an owner of what nobody owns", "block drop quick all user 0"],
    ["K", "an owner of what nobody owns", "block drop quick inet proto icmp all user 0"],
    ["K", "a route or a tag", "pass quick route-to lo0 all no state"],
    ["K", "a route or a tag", "pass quick all no state tag x"],
    ["P", "addresses that change by themselves", "pass quick from (en0) to any no state"],
    ["K", "addresses that change by themselves", "block drop quick from urpf-failed to any"],
    ["M", "set skip on lo0", "set skip on lo0"],
    ["M", "set state-policy if-bound", "set state-policy if-bound"],
    ["M", "set block-policy return", "set block-policy return"],
    ["A P", "set require-order no", "set require-order no"],
    ["M", "set timeout interval 5", "set timeout interval 5"],
    ["M", "set limit states 20000", "set limit states 20000"],
    ["M", "set debug loud", "set debug loud"],
    ["A", "set ruleset-optimization basic", "set ruleset-optimization basic"],
    ["P", "a label that pf fills in", 'block drop quick all label "$srcaddr"'],
    ["M", "an anchor in ours", 'anchor "x"'],
    ["K", "a table is named with persist", "table <t> persist { 10.0.0.1 }"],
    ["K", "a table is named with persist", "table <t>"],
    ["K", "a table from a file", 'table <t> persist file "/etc/t"'],
    ["K", "a part of the fragments", "scrub in all"],
    ["K", "a part of the fragments", "scrub on en0 all"],
    ["K", "a part of the fragments", "scrub from 10.0.0.1 to any"],
    ["K", "a scrub that ksp does not write", "scrub all no-df"],
    ["K", "a scrub that ksp does not write", "scrub all fragment crop"],
    ["K", "a scrub that ksp does not write", "no scrub all"],
    ["K", "a scrub that ksp does not write", 'scrub-anchor "x" all'],
    ["P", "a macro that names an interface", 'tun = "utun4"'],
    ["A", "a statement that ksp does not write", 'nat-anchor "x"'],
    ["A", "a statement that ksp does not write", "dummynet in all"],
    ["A", "a statement that ksp does not write", "nat64 on en0 inet6 from any to 64:ff9b::/96 -> (en0)"],
    ["K", "a negation in a list", "block drop quick on { ! en0 ! en1 } all"],
  ])("%s %s: %s", (_, reason, text) => {
    expect(refused(`${first}${text}\n`)).toContain(reason);
  });

  test("A P without its first line the rules are optimized", () => {
    expect(refused("block drop quick all\n")).toBe("its rules may be optimized");
  });

  test("at boot nothing is loaded yet, so tables hold what they name", () => {
    expect(refused(`${first}table <t> persist\n`, "boot")).toBe("a table that may not be loaded yet");
    expect(refused(`${first}table <t> { 10.0.0.1 }\n`, "boot")).toBeUndefined();
    for (const word of ["const", "persist"])
      expect(refused(`${first}table <t> ${word} { 10.0.0.1 }\n`, "boot")).toBe(
        "a table that stays, or that nothing fills again",
      );
  });
});

test("shares no code with the emitter, and of another reader only how it reads long lists of addresses", () => {
  const folder = new URL("../../../../src/proof/readers/pf/", import.meta.url);
  const imported = readdirSync(folder).flatMap((file) =>
    importsOf(`proof/readers/pf/${file}`, readFileSync(new URL(file, folder), "utf8")).map(
      ({ specifier }) => specifier,
    ),
  );
  expect(imported.length).toBeGreaterThan(20);
  expect([...new Set(imported.filter((name) => /emitters|\/ir\/|\/net\/|readers|\/nft\//.test(name)))]).toEqual([
    "../nft/addresses.ts",
  ]);
});
