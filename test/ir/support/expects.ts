import { evaluate } from "../../../src/ir/evaluate.ts";
import type { Owner, Packet } from "../../../src/ir/packet.ts";
import type { Expect } from "../../../src/ir/policy.ts";
import { sampleOf } from "../../../src/ir/sample-packet.ts";
import { holds } from "../../../src/ir/states.ts";
import { vantagesOf } from "../../../src/ir/vantage.ts";
import { Intent, isToLoopback } from "./intent.ts";
import { inEveryState, type Planned } from "./policies.ts";
import { samplesOf } from "./samples.ts";

export interface Tried {
  readonly packet: Packet;
  readonly state: string;
  readonly isMet: boolean;
}

/** An `expect` line against sampled packets, in every state that it names. */
export function tryExpect(planned: Planned, { pattern, verdict, reply, while: condition }: Expect): readonly Tried[] {
  const { policy } = planned;
  const typical = vantagesOf(pattern, policy, "linux").map((at) => sampleOf(pattern, policy, "linux").at(at));
  return inEveryState(planned)
    .filter(({ state }) => holds(condition, state, policy))
    .flatMap(({ state, ruleset }) => {
      const intent = new Intent(policy, state);
      const matching =
        verdict === "drop" ? samplesOf(planned).filter((p) => isMeant(p) && intent.isPattern(pattern, p, true)) : [];
      return [...typical.flatMap(variants), ...matching].map((packet) => ({
        packet,
        state: state.key,
        isMet: (evaluate(ruleset, packet).verdict.kind === "accept") === (verdict === "allow"),
      }));
    });

  /** A pattern reaches loopback for the addresses of loopback that it names, and no further. */
  function isMeant(p: Packet): boolean {
    if (p.family === "arp" || (p.connection === "established-reply") !== reply) return false;
    return (p.outInterface ?? p.inInterface)?.kind !== "loopback" || isToLoopback(p);
  }

  /** `allow` holds for every owner that the pattern leaves open. */
  function variants(packet: Packet): readonly Packet[] {
    const connection = reply ? "established-reply" : "new";
    const owners: readonly Owner[] =
      pattern.owner || pattern.app !== undefined ? [packet.owner] : [packet.owner, { mark: 0 }, { mark: 1, user: 0 }];
    return owners.map((owner) => ({ ...packet, owner, connection }));
  }
}
