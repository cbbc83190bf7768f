import { isDeepStrictEqual } from "node:util";
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

const verdictOn = (packet: Packet, state: string, verdicts: readonly Verdict[]): Verdict => {
  const found = verdicts.find((one) => one.state === state && isDeepStrictEqual(one.sent, packet));
  if (!found) throw new Error("no rule of ours saw it");
  return found;
};

const sent = mutants.filter((mutant) => !isOfLater(mutant) && !isArp(mutant));

/** What the rules as they are meant say: the packets of all mutants of a policy are sent in one laboratory. */
class Meant {
  readonly whole: Emitted;
  readonly #packets: ReadonlyMap<Mutant, Packet>;
  readonly #judged: ReturnType<typeof judge>;

  constructor(policy: string) {
    const whole = policyNamed(policy);
    const ofPolicy = sent.filter((mutant) => mutant.policy === policy);
    this.whole = whole;
    this.#packets = new Map(ofPolicy.map((mutant) => [mutant, shownBy(mutant, whole)]));
    this.#judged = judge(whole, [...this.#packets.values()]);
  }

  /** The packet of a mutant, and the verdict on it. */
  async of(mutant: Mutant): Promise<readonly [Packet, Verdict]> {
    const packet = this.#packets.get(mutant);
    if (!packet) throw new Error("a mutant of another policy");
    return [packet, verdictOn(packet, mutant.state, (await this.#judged).verdicts)];
  }
}
const meant = new Map<string, Meant>();

test.concurrent.each(sent)("$property.code: $says", { timeout: 120_000 }, async (mutant) => {
  const { policy, state, change } = mutant;
  const known = meant.get(policy) ?? new Meant(policy);
  meant.set(policy, known);
  const [packet, right] = await known.of(mutant);
  const { verdicts } = await judge(broken(known.whole, state, change), [packet]);
  const wrong = verdictOn(packet, state, verdicts);
  expect(right.planned).not.toBe(wrong.planned);
  expect([right.kernel, wrong.kernel]).toEqual([right.planned, wrong.planned]);
});

test("nearly every mutant is sent", () => {
  expect(mutants.length - sent.length).toBeLessThanOrEqual(4);
});
