import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { evaluate } from "../../src/ir/evaluate.ts";
import type { Packet } from "../../src/ir/packet.ts";
import { rulesetsOf } from "../../src/ir/plan.ts";
import { packetsOf } from "../emitters/packets.ts";
import { allPolicies, type Emitted } from "../emitters/policies.ts";
import { type Judged, judge, say, wrong } from "./verdicts/judge.ts";

/** `KSP_PACKETS=2000 KSP_SEED=7 npx vitest run test/kernel/verdicts` looks longer, and elsewhere. */
const settings: { readonly KSP_PACKETS?: string; readonly KSP_SEED?: string } = process.env;
const numRuns = Number(settings.KSP_PACKETS ?? 100);
const seed = Number(settings.KSP_SEED ?? 1);

/** As many that pass in some state as others, for few of the made-up ones pass. */
function packetsFor({ plan }: Emitted, seed: number, count: number): readonly Packet[] {
  const all = fc.sample(packetsOf(plan), { seed, numRuns: count * 8 });
  const passes = (packet: Packet): boolean =>
    rulesetsOf(plan).some((ruleset) => evaluate(ruleset, packet).verdict.kind === "accept");
  const [passing, others] = [all.filter(passes), all.filter((packet) => !passes(packet))];
  return [...passing.slice(0, count / 2), ...others.slice(0, count / 2)];
}

const count = ({ verdicts }: Judged, verdict: string): number => verdicts.filter((v) => v.kernel === verdict).length;

const seen = { passed: 0, refused: 0, unseen: 0 };
afterAll(() => {
  const { passed, refused, unseen } = seen;
  console.log(`${passed + refused} verdicts: ${passed} passed, ${refused} refused; ${unseen} packets met no rule`);
});

test.each(allPolicies)("$name: a kernel says of a packet what the plan says", { timeout: 600_000 }, async (policy) => {
  const judged = await judge(policy, packetsFor(policy, seed, numRuns));
  expect(wrong(judged).map(say)).toEqual([]);
  const [passed, refused] = [count(judged, "passes"), count(judged, "is refused")];
  expect(passed).toBeGreaterThan(5);
  expect(refused).toBeGreaterThan(20);
  seen.passed += passed;
  seen.refused += refused;
  seen.unseen += judged.unseen;
});

const spoilt = (policy: Emitted, change: (ruleset: string) => string): Emitted => {
  const path = "nft/ruleset.nft";
  const text = policy.files.get(path) ?? "";
  const other = change(text);
  if (other === text) throw new Error("nothing was spoilt");
  return { ...policy, files: new Map([...policy.files, [path, other]]) };
};

const home = allPolicies.filter(({ name }) => name === "home-wireguard");
describe.each(home)("a spoilt ruleset of $name is found out", (policy) => {
  const changes: readonly (readonly [string, (ruleset: string) => string])[] = [
    ["the server by another port", (text) => text.replaceAll("udp dport 51820", "udp dport 51821")],
    ["the tunnel by name alone", (text) => text.replaceAll(' meta oifkind { "tun", "wireguard" }', "")],
    ["names told to everybody", (text) => text.replaceAll('counter return comment "built-in-dns"', "counter accept")],
    ["no answers", (text) => text.replaceAll("ct direction reply", "ct direction original")],
    ["loopback by another name", (text) => text.replaceAll('"lo"', '"lo0"')],
    ["all of it open at the end", (text) => text.replaceAll("counter drop", "counter accept")],
  ];
  const packets = packetsFor(policy, 1, 400);
  test.each(changes)("%s", async (_, change) => {
    expect(wrong(await judge(spoilt(policy, change), packets)).length).toBeGreaterThan(0);
  });
});
