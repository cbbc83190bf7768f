import { expect, test } from "vitest";
import { nft } from "../../src/emitters/nft/emit.ts";
import { evaluate } from "../../src/ir/evaluate.ts";
import type { Packet } from "../../src/ir/packet.ts";
import { type Plan, rulesetsOf } from "../../src/ir/plan.ts";
import { localities, type Ruleset } from "../../src/ir/ruleset.ts";
import { localityAlphabet } from "../../src/proof/dimensions.ts";
import { witness } from "../../src/proof/witness.ts";
import { type Emitted, policyNamed } from "../emitters/policies.ts";
import { mutants } from "../proof/mutants/index.ts";
import { type Change, type Mutant, worldOf } from "../proof/properties/broken.ts";
import { judge, type Verdict } from "./verdicts/judge.ts";
import { settle } from "./verdicts/shots.ts";
import { worldOf as laboratoryOf } from "./verdicts/world.ts";

/** No packet that is sent now shows these: what is open too long, and what is filled in later (`portal.test.ts`, `verdicts.test.ts`). */
const isOfLater = ({ property }: Mutant): boolean => property.code === "KSP3024";
/** Senders of the laboratory speak IP. */
const isArp = ({ packet }: Mutant): boolean => /^(in|out) arp /.test(packet);

/** Of the packets that the proof shows, one that a machine with the interfaces and addresses of the laboratory can send or get. */
function shownBy({ property, policy, state, change }: Mutant, { plan, policy: meant }: Emitted): Packet {
  const proof = worldOf(policy, state, change);
  const world = laboratoryOf(meant, plan, "tunnels");
  const { space, ruleset } = proof;
  const right = rulesetsOf(plan).find((one) => one.state === state);
  if (!right) throw new Error(`no state ${state}`);
  const found = property.broken(proof);
  const numbers = localities.map((locality) => localityAlphabet.numberOf(locality));
  const ways = (["in", "out", "forward"] as const).flatMap((direction) =>
    numbers.flatMap((source) => numbers.map((destination) => ({ direction, source, destination }))),
  );
  for (const { direction, source, destination } of ways) {
    const some = found
      .intersect(space.direction(direction))
      .intersect(space.is("sourceLocality", source))
      .intersect(space.is("destinationLocality", destination));
    const packet = some.isEmpty() ? undefined : witness(some, space);
    const settled = packet && settle(packet, world, 0);
    if (settled && evaluate(right, settled).verdict.kind !== evaluate(ruleset, settled).verdict.kind) return settled;
  }
  throw new Error("no packet of it can be sent");
}

function broken(policy: Emitted, state: string, change: Change): Emitted {
  const inState = (ruleset: Ruleset): Ruleset =>
    ruleset.state === state ? { ...ruleset, rules: change(ruleset.rules) } : ruleset;
  const { states, lockdown, portal, ...rest } = policy.plan;
  const plan: Plan = {
    ...rest,
    states: states.map(inState),
    lockdown: inState(lockdown),
    ...(portal && { portal: inState(portal) }),
  };
  return { ...policy, plan, files: nft.emit(plan) };
}

async function seen(policy: Emitted, packet: Packet, state: string): Promise<Verdict> {
  const { verdicts } = await judge(policy, [packet]);
  const verdict = verdicts.find((one) => one.state === state);
  if (!verdict) throw new Error("no rule of ours saw it");
  return verdict;
}

const sent = mutants.filter((mutant) => !isOfLater(mutant) && !isArp(mutant));

test.each(sent)("$property.code: $says", { timeout: 120_000 }, async (mutant) => {
  const { policy, state, change } = mutant;
  const whole = policyNamed(policy);
  const packet = shownBy(mutant, whole);
  const [right, wrong] = [await seen(whole, packet, state), await seen(broken(whole, state, change), packet, state)];
  expect(right.planned).not.toBe(wrong.planned);
  expect([right.kernel, wrong.kernel]).toEqual([right.planned, wrong.planned]);
});

test("nearly every mutant is sent", () => {
  expect(mutants.length - sent.length).toBeLessThanOrEqual(4);
});
