import { afterAll, describe, expect, test } from "vitest";
import { allPolicies, type Emitted, fileOf } from "../emitters/policies.ts";
import { changed } from "./spoilt.ts";
import { type Judged, judge, say, wrong } from "./verdicts/judge.ts";
import { packetsFor } from "./verdicts/packets.ts";

/** `KSP_PACKETS=2000 KSP_SEED=7 npx vitest run test/kernel/verdicts` looks longer, and elsewhere: about 1,000 verdicts a second. */
const settings: { readonly KSP_PACKETS?: string; readonly KSP_SEED?: string } = process.env;
const { KSP_PACKETS = "100", KSP_SEED = "1" } = settings;

const count = ({ verdicts }: Judged, verdict: string): number => verdicts.filter((v) => v.kernel === verdict).length;

const seen = { passed: 0, refused: 0, unseen: 0 };
afterAll(() => {
  const { passed, refused, unseen } = seen;
  console.log(`${passed + refused} verdicts: ${passed} passed, ${refused} refused; ${unseen} packets met no rule`);
});

test.concurrent.each(allPolicies)(
  "$name: a kernel says of a packet what the plan says",
  { timeout: 600_000 },
  async (policy) => {
    const judged = await judge(policy, packetsFor(policy, Number(KSP_SEED), Number(KSP_PACKETS)));
    expect(wrong(judged).map(say)).toEqual([]);
    const [passed, refused] = [count(judged, "passes"), count(judged, "is refused")];
    expect(passed).toBeGreaterThan(5);
    expect(refused).toBeGreaterThan(20);
    seen.passed += passed;
    seen.refused += refused;
    seen.unseen += judged.unseen;
  },
);

const spoilt = (policy: Emitted, change: (ruleset: string) => string): Emitted => {
  const path = "nft/ruleset.nft";
  return { ...policy, files: new Map([...policy.files, [path, changed(fileOf(policy, "ruleset.nft"), change)]]) };
};

const home = allPolicies.filter(({ name }) => name === "home-wireguard");
describe.each(home)("a spoilt ruleset of $name is found out", (policy) => {
  const changes: readonly (readonly [string, (ruleset: string) => string])[] = [
    ["the server by another port", (text) => text.replaceAll("udp dport 51820", "udp dport 51821")],
    ["names told to everybody", (text) => text.replaceAll('counter return comment "built-in-dns"', "counter accept")],
    ["its address as anybody's", (text) => text.replace(/^.*saddr != \S+ counter return.*\n/gm, "")],
    ["answers to nobody's question", (text) => text.replaceAll(" ct state established ct direction reply", "")],
    ["no answers", (text) => text.replaceAll("ct direction reply", "ct direction original")],
    ["loopback by another name", (text) => text.replaceAll('"lo"', '"lo0"')],
    ["all of it open at the end", (text) => text.replaceAll("counter drop", "counter accept")],
  ];
  const packets = packetsFor(policy, 1, 400);
  test.concurrent.each(changes)("%s", async (_, change) => {
    expect(wrong(await judge(spoilt(policy, change), packets)).length).toBeGreaterThan(0);
  });

  test("the tunnel by name alone, where a card has its name", async () => {
    const byName = spoilt(policy, (text) => text.replaceAll(/ meta oifkind "\w+"/g, ""));
    expect(wrong(await judge(policy, packets, { tunnels: "impostors" })).map(say)).toEqual([]);
    expect(wrong(await judge(byName, packets, { tunnels: "impostors" })).length).toBeGreaterThan(0);
  });
});
