import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { basesOfSaved, savedOf } from "../../../src/proof/audit/read-iptables.ts";
import { readForeign } from "../../../src/proof/audit/read-nft.ts";
import type { Base } from "../../../src/proof/audit/rules.ts";
import { Tests } from "../../../src/proof/audit/tests.ts";
import { vocabularyOfBases } from "../../../src/proof/audit/vocabulary.ts";
import { PacketSpace } from "../../../src/proof/packet-space.ts";
import { loopback, merged } from "../../../src/proof/vocabulary.ts";
import { another, changedAt, leavesOf, leftOut } from "../../kernel/leaves.ts";
import { recorded } from "./listings.ts";

/** Every question of every rule has an answer, whatever it is. */
function asked(bases: readonly Base[]): void {
  const tests = new Tests(new PacketSpace(merged(vocabularyOfBases(bases), loopback)), true);
  for (const { chain, chains } of bases)
    for (const rule of [chain, ...chains.values()].flat()) expect(tests.all(rule.tests)).toBeDefined();
}

/** Each with one value changed, or left out; a few of many, spread over all. */
const few = <T>(all: readonly T[], most: number): readonly T[] => {
  const step = Math.ceil(all.length / most);
  return all.filter((_, i) => i % step === 0);
};

describe("a listing with a fault is read to its end", () => {
  test.each([["firewalld"], ["wg-quick"], ["fail2ban"]])("of nft: %s", (name) => {
    const whole = { nftables: recorded(name) };
    for (const leaf of few(leavesOf(whole), 40))
      for (const by of [another, () => leftOut, () => ({ a: 1, b: [] }), () => null])
        asked(readForeign(JSON.stringify(changedAt(whole, leaf, by)), "nft", () => true).bases);
  });

  test.each([["docker"], ["ufw"], ["tailscale"], ["kube-proxy"], ["fail2ban"]])("of iptables: %s", (name) => {
    const text = readFileSync(new URL(`../../kernel/foreign/${name}.ipv4.rules`, import.meta.url), "utf8");
    const words = [...text.matchAll(/\S+/g)];
    for (const { index, 0: word } of few(words, 30))
      for (const by of ["", "x", "!", "--", "4294967296"]) {
        const changed = text.slice(0, index) + by + text.slice(index + word.length);
        asked(basesOfSaved(savedOf("file", changed), new Map(), new Map()));
      }
  });
});
