import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diff } from "../src/diff.ts";
import { everywhere, good } from "./commands/ksp.ts";

const between = (before: string, after: string) => {
  const compared = diff({ file: "old.ksp", text: before }, { file: "new.ksp", text: after });
  expect(compared.diagnostics).toEqual([]);
  if (!compared.diff) throw new Error("no diff");
  return compared.diff;
};
const said = (lines: ReturnType<typeof between>["opened"]) =>
  lines.map(({ states, packets }) => `${states.join()}: ${packets}`);
const nothing = {
  opened: [],
  closed: [],
  states: { before: [], after: [] },
  statements: { removed: [], added: [] },
  besides: [],
};

describe("nothing differs", () => {
  const examples = ["home-wireguard", "gateway", "travel-captive-portal", "work-and-private"];
  test.each(examples)("between %s and itself", (name) => {
    const text = readFileSync(new URL(`../examples/${name}.ksp`, import.meta.url), "utf8");
    const found = between(text, text);
    expect(found).toMatchObject(nothing);
    expect(found.rules.before).toBe(found.rules.after);
  });

  test("when statements stand in another order, and in what is said about them", () => {
    const [head = "", ...statements] = good.split("\n\n");
    fc.assert(
      fc.property(fc.shuffledSubarray(statements, { minLength: statements.length }), (shuffled) => {
        expect(between(good, [head, ...shuffled].join("\n\n"))).toMatchObject(nothing);
      }),
      { numRuns: 5 },
    );
    expect(between(good, good.replace("allow lan", 'allow lan reason "printer" owner "me"'))).toMatchObject(nothing);
  });
});

test("an opening more opens, in every state, and its statement decides", () => {
  const { opened, closed, statements, besides } = between(good, `${good}allow out to 203.0.113.0/24 tcp 443\n`);
  expect({ closed, besides }).toEqual({ closed: [], besides: [] });
  expect(opened).toEqual([
    {
      states: ["lockdown", "down", "up"],
      packets: "out on not lo, wg0 to 203.0.113.0/24 tcp 443",
      witness: "out on eth0 from 192.168.1.2 40000 to 203.0.113.0 tcp 443 user 1000 new",
      before: [{ passes: false, id: "closed-out", statement: "what nothing opens stays closed" }],
      after: [{ passes: true, id: expect.any(String), statement: "allow out to 203.0.113.0/24 tcp 443", line: 23 }],
    },
  ]);
  expect(statements.added.map(({ statement }) => statement)).toEqual(["allow out to 203.0.113.0/24 tcp 443"]);
});

test("one less closes; what another still opens stays", () => {
  const narrow = `${good}allow out to 10.0.0.0/8 tcp 443\n`;
  const wide = `${good}allow out to 203.0.113.0/24 tcp 443\nallow out to 203.0.113.0/25 tcp 1-1023\n`;
  expect(said(between(narrow, good).closed)).toEqual([]);
  expect(said(between(wide, wide.replace("allow out to 203.0.113.0/24 tcp 443\n", "")).closed)).toEqual([
    "lockdown,down,up: out on not lo, wg0 to 203.0.113.128/25 tcp 443",
  ]);
});

test("states of a `while` stand alone, and a denial in the tunnel where it is open", () => {
  expect(said(between(good, `${good}allow out to 203.0.113.9 udp 123 while down\n`).opened)).toEqual([
    "down: out on not lo, wg0 to 203.0.113.9 udp 123",
  ]);
  expect(said(between(good, `${good}deny out to 192.0.2.0/24 tcp 25\n`).closed)).toEqual([
    "up: out on wg0 to 192.0.2.0/24 tcp 25",
  ]);
});

test("bounds of a host count in full, and its first addresses are no packets", () => {
  const host = (at: string, within: string) =>
    `${good}allow host "a.example" at 203.0.113.${at} within 203.0.113.0/${within} tcp 443\n`;
  expect(between(host("7", "27"), host("8", "27"))).toMatchObject({
    opened: [{ states: ["lockdown"] }],
    closed: [{ states: ["lockdown"] }],
    besides: ["which addresses hosts start with"],
  });
  expect(said(between(host("7", "27"), host("7", "26")).opened)).toEqual([
    "down,up: out on not lo, wg0 to 203.0.113.32/27 tcp 443",
  ]);
});

test("states of one policy alone are told", () => {
  const portal = `${good}portal for 5m tcp 80, 443 accept-risk KSP3001 reason "log-in pages"\n`;
  expect(between(good, portal).states).toEqual({
    both: ["lockdown", "down", "up", "disabled"],
    before: [],
    after: ["portal"],
  });
  const locked = `${good}control {\n  disable never\n}\n`;
  expect(between(good, locked)).toMatchObject({
    states: { before: ["disabled"], after: [] },
    besides: ["how long `disable` lasts, and who may ask for it"],
  });
});

test("what is no packet is told in words", () => {
  const besides = (change: (text: string) => string) => between(good, change(good)).besides;
  expect(besides((text) => text.replace("every 250ms", "every 500ms"))).toEqual([
    "what the daemon watches, and what it does then",
  ]);
  expect(besides((text) => `${text}log blocked at most 10 per 1s\n`)).toEqual(["what is logged"]);
  expect(besides((text) => text.replaceAll("wg0", "home").replace('interface "home"', 'interface "wg0"'))).toContain(
    "how tunnels and helpers are called",
  );
  const dns = (names: string) => (text: string) => `${text}dns 10.64.0.9 through wg0 for "${names}"\n`;
  const [before, after] = ["a.example", "b.example"].map((names) => dns(names)(good));
  expect(between(before ?? "", after ?? "").besides).toEqual([
    "which names are asked of which resolvers, and in which order",
  ]);
  expect(besides((text) => `${text}blocked out drop\n`)).toEqual(["whether senders are told of a refusal"]);
});

test("what is said for another system alone is told", () => {
  const besides = (from: string, to: string) => between(everywhere, everywhere.replace(from, to)).besides;
  expect(besides('macos "en0"', 'macos "en0" macos "en9"')).toEqual(["what is said for macOS alone"]);
  expect(besides("macos user 0", "macos user 501")).toEqual(["what is said for macOS alone"]);
  expect(besides('windows "Wi-Fi"', 'windows "Ethernet"')).toEqual(["what is said for Windows alone"]);
  expect(between(everywhere, everywhere)).toMatchObject(nothing);
});

test("a policy with an error is not compared, one with a leak is", () => {
  const file = (text: string) => ({ file: "a.ksp", text });
  const bad = diff(file(good), file(good.replace("tunnel wg0", "tunel wg0")));
  expect(bad.diff).toBeUndefined();
  expect(bad.diagnostics.map(({ code }) => code)).toEqual(["KSP1002"]);
  expect(diff(file(good), file(`${good}expect drop out to 192.168.1.9 tcp 80\n`)).diff).toMatchObject({
    opened: [],
    closed: [],
  });
});
