import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Program } from "../../../../src/proof/readers/pf/program.ts";
import { isReached, type Listed, readListing, readTableNames } from "../../../../src/proof/readers/pf/read-listing.ts";
import { readReport } from "../../../../src/proof/readers/pf/read-report.ts";
import { programOf, texts } from "./arbitrary.ts";
import { printed } from "./print.ts";
import { skeleton } from "./texts.ts";

/** As a macOS of others lists it (M): the stock main ruleset, and rules of a kill switch in the anchor that it walks. */
const ours = "com.apple/000.ksp";
const at = (text: string, line = 1) => ({ text, line });
const listed: Listed = {
  info: "Status: Enabled for 0 days 00:00:04           Debug: Urgent\n\nState Table                          Total             Rate\n",
  interfaces: at("ALL\nen0\nlo0 (skip)\nutun4\n", 7),
  rules: new Map([
    ["", at('scrub-anchor "com.apple/*" all fragment reassemble\nanchor "com.apple/*" all\n')],
    [
      ours,
      at(
        `scrub all fragment reassemble
pass quick on lo0 all no state label "built-in-loopback"
  [ Evaluations: 12        Packets: 3         Bytes: 180         States: 0     ]
  [ Inserted: uid 0 pid 512 ]
pass out quick on en0 inet proto udp from any to 198.51.100.7 port 51820:51820 user = 0 keep state (if-bound)
pass out quick on en0 inet from any to <lan> flags S/SA keep state (if-bound)
block return out quick all
block drop quick all
`,
        21,
      ),
    ],
  ]),
  translations: new Map([["", at('nat-anchor "com.apple/*" all\nno nat on en0 all\nnat on en0 all -> (en0)\n', 41)]]),
  tables: new Map([[ours, new Map([["lan", "   10.0.0.0/8\n  !10.1.0.0/16\n   fd00::/8\n"]])]]),
};
const withRules = (path: string, text: string): Listed => ({
  ...listed,
  rules: new Map([...listed.rules, [path, at(text)]]),
});

describe("a listing", () => {
  const { machine, program, skipped } = readListing(listed);

  test("is read whole", () => {
    expect(doubts(program)).toEqual([]);
    expect([...skipped]).toEqual([["lo0", 9]]);
    expect(machine).toEqual({ isEnabled: true, skipped: ["lo0"] });
    expect(program.get(ours)?.entries).toHaveLength(5);
    expect(program.get(ours)?.tables.get("lan")?.content?.count).toBe(3);
    expect(program.get(ours)?.entries[1]).toMatchObject({ user: { kind: "=", id: 0 }, keeps: "if-bound", line: 25 });
    expect(program.get("")?.translations).toMatchObject([
      { kind: "nat", path: "com.apple", isWildcard: true, line: 41 },
      { kind: "nat", isFinal: false, interface: { name: "en0" }, line: 43 },
    ]);
  });

  test("says whether pf is on, or is not read", () => {
    expect(readListing({ ...listed, info: "Status: Disabled for 0 days 00:01:00\n" }).machine.isEnabled).toBe(false);
    expect(() => readListing({ ...listed, info: "pfctl: /dev/pf: Permission denied\n" })).toThrow(
      "whether pf is enabled",
    );
  });

  /** As little as its first words say of it: that, and otherwise anything. */
  test.each<readonly [string, string, readonly object[]]>([
    ["pass in all dscp 46 keep state", "the option dscp", [{ action: "pass", direction: "in", isQuick: false }]],
    [
      "block drop out quick on en0 all tos 0x10",
      "the option tos",
      [{ action: "drop", isQuick: true, interface: { name: "en0" } }],
    ],
    ["pass inet from any to fd00::1", "two families in one rule", [{ action: "pass", isQuick: false }]],
    [
      "frobnicate all",
      "the statement frobnicate",
      [
        { action: "pass", isQuick: true },
        { action: "drop", isQuick: true },
      ],
    ],
    ['anchor "_x" all', "the path _x", [{ action: "pass" }, { action: "drop" }]],
    ["scrub on en0 all no-df fragment reassemble", "", []],
    ["dummynet out all pipe 1", "", []],
  ])("of %s it says what is not understood", (line, doubt, rules) => {
    const { program } = readListing(withRules("com.apple/x", `${line}\nblock drop all\n`));
    const entries = program.get("com.apple/x")?.entries ?? [];
    expect(entries.slice(0, -1)).toMatchObject(rules.map((rule) => ({ ...rule, doubt, line: 1 })));
    expect(entries.at(-1)).toMatchObject({ action: "drop", line: 2 });
  });

  test.each([
    ["com.apple/000.ksp", 'anchor "com.apple/*" all\n', true],
    ["com.apple/000.ksp", "", false],
    ["com.apple/000.ksp", 'anchor "com.apple.internet-sharing" all\n', false],
    ["com.apple/000.ksp", 'anchor "com.apple" all\n', false],
    ["com.apple/000.ksp", 'anchor "com.apple/000.ksp" all\n', true],
    ["com.apple/a/b", 'anchor "com.apple/*" all\n', false],
  ])("whether %s is reached from %j", (path, main, expected) => {
    expect(isReached(readListing(withRules("", main)).program, path)).toBe(expected);
  });

  test("and by a line of an anchor on the way", () => {
    const rules = new Map([
      ["", at('anchor "com.apple" all\n')],
      ["com.apple", at('anchor "000.ksp" all\n')],
    ]);
    expect(isReached(readListing({ ...listed, rules }).program, ours)).toBe(true);
    expect(isReached(readListing({ ...listed, rules: new Map([...rules].slice(0, 1)) }).program, ours)).toBe(false);
  });
});

const doubts = (program: Program) =>
  [...program.values()].flatMap(({ entries }) => entries.flatMap(({ doubt }) => doubt ?? []));

/** Without lines, which a listing has not. */
const meant = (program: Program) =>
  JSON.stringify(
    [...program].map(([path, { scrubs, entries }]) => [path, scrubs, entries]),
    (key, value: unknown) => (key === "line" ? undefined : typeof value === "bigint" ? `${value}` : value),
  );

test("what is loaded is read back from its listing: a kill switch, and rules at random", () => {
  const all = [{ "": skeleton }, ...fc.sample(texts, { seed: 4711, numRuns: 100 })];
  for (const each of all) {
    const program = programOf(each, new Map([["tun", "utun4"]]));
    const rules = new Map([...program].map(([path, ruleset]) => [path, at(printed(ruleset))]));
    const listing = readListing({ ...listed, rules, translations: new Map(), tables: new Map() });
    expect(doubts(listing.program)).toEqual([]);
    expect(meant(listing.program)).toBe(meant(program));
  }
});

test("names of tables", () => {
  expect(readTableNames("blocked\nlan\n")).toEqual(["blocked", "lan"]);
});

const whole = `TRANSLATION RULES:
nat-anchor "com.apple/*" all

FILTER RULES:
anchor "com.apple/*" all

INFO:
Status: Enabled for 0 days 00:00:04           Debug: Urgent

TABLES:
`;

test("the parts of pfctl -sa", () => {
  const { info, rules, translations, tables } = readReport(whole);
  expect(info).toContain("Status: Enabled");
  expect(rules.get("")).toEqual({ text: 'anchor "com.apple/*" all\n\n', line: 5 });
  expect(translations.get("")).toEqual({ text: 'nat-anchor "com.apple/*" all\n\n', line: 2 });
  expect([...tables]).toEqual([["", new Map()]]);
  expect(() => readReport(`${whole}lan\n`)).toThrow("nothing says what `pfctl -t lan -T show` prints");
  expect(() => readReport("FILTER RULES:\n")).toThrow("nothing says what `pfctl -s info` prints");
});

test("a report: what failed has said nothing, and warnings are no rules", () => {
  const report = (code: number) => `
== pfctl -s info
Status: Enabled
-- exit 0
== pfctl -v -s Interfaces
-- exit 0
== pfctl -v -sA
-- exit 0
== pfctl -sr
No ALTQ support in kernel
ALTQ related functions disabled
anchor "com.apple/*" all
-- exit ${code}
== pfctl -a com.apple/000.ksp -sr
block drop quick all
-- exit 0
== pfctl -a com.apple/000.ksp -vsr
block drop quick all
  [ Evaluations: 12 ]
-- exit 0
`;
  const { rules } = readReport(report(0));
  expect([...rules.keys()]).toEqual(["", ours]);
  expect(rules.get("")).toEqual({ text: '\n\nanchor "com.apple/*" all\n', line: 10 });
  expect(() => readReport(report(1))).toThrow("nothing says what `pfctl -sr` prints");
});
