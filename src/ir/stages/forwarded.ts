import { intersect } from "../../net/address-set.ts";
import { activeForwards, betweenSides, forwardMatch } from "../forwarding.ts";
import type { Forward, Os, Policy } from "../policy.ts";
import type { Rule, Stage } from "../ruleset.ts";
import type { State } from "../states.ts";
import { carriedBy } from "../tunnel-names.ts";
import { tunnelNamed } from "../zones.ts";
import { icmpErrorsBetween } from "./icmp-errors.ts";
import { open, underIpv6Policy } from "./rule.ts";

/** What `forward` opens: into and out of tunnels in the stage of tunnels, between links in the one of exemptions. */
export function forwarded(stage: "tunnel" | "exemption", policy: Policy, os: Os, state: State): readonly Rule[] {
  const told = new Set<string>();
  return activeForwards(policy, state)
    .filter((forward) => stageOf(forward) === stage)
    .flatMap((forward): Rule[] => {
      const match = forwardMatch(forward, policy, os, state);
      const carried =
        forward.to.kind === "tunnel" ? carriedBy(policy, tunnelNamed(policy, forward.to.tunnel)) : undefined;
      const reached = carried && match.destination ? intersect(carried, match.destination.set) : carried;
      if (reached?.length === 0) return [];
      const allowed = underIpv6Policy(policy, reached ? { ...match, destination: { set: reached } } : match);
      if (!allowed) return [];
      const { inInterface, outInterface } = betweenSides(forward, policy, os, state);
      const ways = [
        [inInterface, outInterface],
        [outInterface, inInterface],
      ] as const;
      const errors = ways.flatMap(([from, to]) => {
        const way = JSON.stringify([from, to]);
        if (told.has(way)) return [];
        told.add(way);
        return icmpErrorsBetween(stage, from, to, policy);
      });
      return [open(stage, "forward", allowed, forward.id), ...errors];
    });
}

const stageOf = ({ from, to }: Forward): Stage =>
  from.kind === "tunnel" || to.kind === "tunnel" ? "tunnel" : "exemption";
