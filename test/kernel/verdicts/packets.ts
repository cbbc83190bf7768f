import fc from "fast-check";
import { evaluate } from "../../../src/ir/evaluate.ts";
import type { Packet } from "../../../src/ir/packet.ts";
import { rulesetsOf } from "../../../src/ir/plan.ts";
import { packetsOf } from "../../emitters/packets.ts";
import type { Emitted } from "../../emitters/policies.ts";

/** As many that pass in some state as others, for few of the made-up ones pass; and each answer as nobody asked for it. */
export function packetsFor({ plan }: Emitted, seed: number, most: number): readonly Packet[] {
  const all = fc.sample(packetsOf(plan), { seed, numRuns: most * 8 });
  const passes = (packet: Packet): boolean =>
    rulesetsOf(plan).some((ruleset) => evaluate(ruleset, packet).verdict.kind === "accept");
  const [passing, others] = [all.filter(passes), all.filter((packet) => !passes(packet))];
  const unasked = passing
    .filter(({ connection }) => connection === "established-reply")
    .map((packet): Packet => ({ ...packet, connection: "new" }));
  return [passing, others, unasked].flatMap((some) => some.slice(0, most / 2));
}
