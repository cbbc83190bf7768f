import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Program } from "../../../../src/proof/readers/pf/program.ts";
import {
  isReached,
  type Listed,
  readListing,
  readTableNames,
  sectionsOf,
} from "../../../../src/proof/readers/pf/read-listing.ts";
import { programOf, texts } from "./arbitrary.ts";
import { printed } from "./print.ts";
import { skeleton } from "./texts.ts";

/** As a macOS of others lists it (M): the stock main ruleset, and rules of a kill switch in the anchor that it walks. */
const ours = "com.apple/000.ksp";
const listed: Listed = {
  info: "Status: Enabled for 0 days 00:00:04           Debug: Urgent\n\nState Table                          Total             Rate\n",
  interfaces: "ALL\nen0\nlo0 (skip)\nutun4\n",
  rules: new Map([
    ["", 'scrub-anchor "com.apple/*" all fragment reassemble\nanchor "com.apple/*" all\n'],
    [
      ours,
      `scrub all fragment reassemble
pass quick on lo0 all no state label "built-in-loopback"
  [ Evaluations: 12        Packets: 3         Bytes: 180         States: 0     ]
  [ Inserted: uid 0 pid 512 ]
pass out quick on en0 inet proto udp from any to 198.51.100.7 port 51820:51820 user = 0 keep state (if-bound)
pass out quick on en0 inet from any to <lan> flags S/SA keep state (if-bound)
block return out quick all
block drop quick all
`,
    ],
  ]),
  tables: new Map([[ours, new Map([["lan", "   10.0.0.0/8\n  !10.1.0.0/16\n   fd00::/8\n"]])]]),
};
const withRules = (path: string, text: string): Listed => ({
  ...listed,
  rules: new Map([...listed.rules, [path, text]]),
});

describe("a listing", () => {
  const { machine, program, unclear } = readListing(listed);

  test("is read whole", () => {
    expect(unclear).toEqual([]);
    expect(machine).toEqual({ isEnabled: true, skipped: ["lo0"] });
    expect(program.get(ours)?.entries).toHaveLength(5);
    expect(program.get(ours)?.tables.get("lan")?.content?.count).toBe(3);
    expect(program.get(ours)?.entries[1]).toMatchObject({ user: { kind: "=", id: 0 }, keeps: "if-bound" });
  });

  test("says whether pf is on, or is not read", () => {
    expect(readListing({ ...listed, info: "Status: Disabled for 0 days 00:01:00\n" }).machine.isEnabled).toBe(false);
    expect(() => readListing({ ...listed, info: "pfctl: /dev/pf: Permission denied\n" })).toThrow(
      "whether pf is enabled",
    );
  });

  test("names what it does not understand", () => {
    const { unclear } = readListing(withRules("com.apple/x", "pass in all dscp 46 keep state\nblock drop all\n"));
    expect(unclear).toEqual([
      { path: "com.apple/x", text: "pass in all dscp 46 keep state", reason: "the option dscp" },
    ]);
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
      ["", 'anchor "com.apple" all\n'],
      ["com.apple", 'anchor "000.ksp" all\n'],
    ]);
    expect(isReached(readListing({ ...listed, rules }).program, ours)).toBe(true);
    expect(isReached(readListing({ ...listed, rules: new Map([...rules].slice(0, 1)) }).program, ours)).toBe(false);
  });
});

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
    const rules = new Map([...program].map(([path, ruleset]) => [path, printed(ruleset)]));
    const listing = readListing({ ...listed, rules, tables: new Map() });
    expect(listing.unclear).toEqual([]);
    expect(meant(listing.program)).toBe(meant(program));
  }
});

test("names of tables", () => {
  expect(readTableNames("blocked\nlan\n")).toEqual(["blocked", "lan"]);
});

test("the parts of pfctl -sa", () => {
  const text = `TRANSLATION RULES:
nat-anchor "com.apple/*" all

FILTER RULES:
anchor "com.apple/*" all

INFO:
Status: Enabled for 0 days 00:00:04           Debug: Urgent

TABLES:
lan
`;
  expect(Object.fromEntries(sectionsOf(text))).toEqual({
    "TRANSLATION RULES": 'nat-anchor "com.apple/*" all\n',
    "FILTER RULES": 'anchor "com.apple/*" all\n',
    INFO: "Status: Enabled for 0 days 00:00:04           Debug: Urgent\n",
    TABLES: "lan\n",
  });
});
