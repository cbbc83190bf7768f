import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { figuresOf, rowOf } from "../../scripts/attacks-page.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { breakers } from "./breakers/all.ts";
import { framesOf, type Measured, measure } from "./breakers/breaker.ts";
import { byNft } from "./breakers/rules.ts";
import { changed } from "./spoilt.ts";

const page = readFileSync(new URL("../../docs/attacks.md", import.meta.url), "utf8");

/** How many frames leave varies for some cases; whether any does, for none. */
const leaks = (measured: Measured) => Object.fromEntries(Object.entries(measured).map(([what, n]) => [what, n > 0]));

describe.skipIf(mayBeSkipped())("a known way to leak", { timeout: 120_000 }, () => {
  test.concurrent.each(breakers)("$name", async (breaker) => {
    const measured = await measure(breaker);
    expect(measured.without).toBeGreaterThan(0);
    if (breaker.gap) {
      expect(measured.nft).toBeGreaterThan(0);
      expect(measured.closed).toBe(0);
    } else expect(measured.nft).toBe(0);
    const figures = figuresOf(page, breaker);
    expect(figures && leaks(figures), "docs/attacks.md is out of date: `npm run attacks`").toMatchObject(
      leaks(measured),
    );
  });
});

/** Each zero is the work of a rule: without it the same case leaks. */
describe.skipIf(mayBeSkipped())("a spoilt ruleset leaks where", { timeout: 120_000 }, () => {
  const spoilt: readonly (readonly [RegExp, (ruleset: string) => string])[] = [
    [/in output at 100/, (text) => text.replace(/(priority srcnat[^}]*?)jump out\n/, "$1accept\n")],
    [/counts as LAN/, (text) => text.replace(/^.*addr 10\.64\.0\.0\/10 +counter return.*\n/gm, "")],
    [
      /the name of the lost tunnel/,
      (text) => text.replaceAll(/ meta oifkind "\w+"/g, "").replaceAll(/^.*saddr != .*return.*\n/gm, ""),
    ],
    [/port of a service/, (text) => text.replaceAll(" ct direction reply", "")],
    [/the VPN's server in clear/, (text) => text.replaceAll(" meta mark & 0xffff == 0x6b73", "")],
    [/in fragments/, (text) => text.replaceAll(/ct (state|direction) \w+ /g, "")],
    [/asks by ARP/, (text) => text.replaceAll(/arp [sd]addr ip != 10.64.0.2 /g, "")],
    [/a container sends/, (text) => text.replaceAll("counter drop", "counter accept")],
    [/a user that the machine does not know/, (text) => text.replaceAll("counter drop", "counter accept")],
  ];
  test.concurrent.each(spoilt)("%s", async (name, change) => {
    const breaker = breakers.find((one) => name.test(one.name));
    if (!breaker) throw new Error(`no case is called ${name}`);
    const ours = byNft(breaker.ksp);
    const load: typeof ours.load = (at) => ours.load({ ...at, nft: (text) => at.nft(changed(text, change)) });
    expect(await framesOf(breaker, { ...ours, load })).toBeGreaterThan(0);
  });

  test.concurrent.each<readonly [RegExp, (hook: string) => string]>([
    [/tells the kernel that they are ARP/, (text) => text.replaceAll(/@ll,96,16 0x0806 /g, "")],
    [/writes frames to the card/, (text) => text.replace("counter drop", "counter accept")],
  ])("%s, though there is a hook", async (name, change) => {
    const breaker = breakers.find((one) => name.test(one.name));
    if (!breaker?.gap) throw new Error(`no gap is called ${name}`);
    const { gap } = breaker;
    const load: typeof gap.load = (at) => gap.load({ ...at, nft: (text) => at.nft(changed(text, change)) });
    expect(await framesOf(breaker, byNft(breaker.ksp), { ...gap, load })).toBeGreaterThan(0);
  });
});

test("docs/attacks.md has a row for each case, in order, and no other", () => {
  const rows = page.split("\n").filter((text) => /^\| (?!what happens|---)/.test(text));
  expect(rows).toEqual(
    breakers.map((breaker) => {
      const figures = figuresOf(page, breaker);
      return figures && rowOf(breaker, figures);
    }),
  );
});
