import { type AddressSet, intersect } from "../../net/address-set.ts";
import { canonicalJson } from "../canonical.ts";
import { activeForwards, forwardMatch } from "../forwarding.ts";
import type { Forward, Os, Path, Policy } from "../policy.ts";
import type { Rule, Stage } from "../ruleset.ts";
import type { State } from "../states.ts";
import { carriedBy } from "../tunnel-names.ts";
import { pathInterfaces, tunnelNamed } from "../zones.ts";
import { icmpErrorsBetween } from "./icmp-errors.ts";
import { open, underIpv6Policy } from "./rule.ts";

/** What `forward` opens: into tunnels in the stage of tunnels, out of them and between links in the one of exemptions, behind what tunnels keep for themselves. */
export function forwarded(stage: "tunnel" | "exemption", policy: Policy, os: Os, state: State): readonly Rule[] {
  const active = activeForwards(policy, state);
  const flows = active
    .filter(({ to }) => stageOf(to) === stage)
    .flatMap((forward): Rule[] => {
      const match = forwardMatch(forward, policy, os, state);
      if (!match) return [];
      const carried = carriedInto(forward.to, policy);
      const reached = carried && match.destination ? intersect(carried, match.destination.set) : carried;
      if (reached?.length === 0) return [];
      const allowed = underIpv6Policy(policy, reached ? { ...match, destination: { set: reached } } : match);
      return allowed ? [open(stage, "forward", allowed, forward.id)] : [];
    });
  return [...flows, ...errorsAbout(active, stage, policy, os, state)];
}

/** Both ways, and once for every pair of sides. */
function errorsAbout(
  forwards: readonly Forward[],
  stage: Stage,
  policy: Policy,
  os: Os,
  state: State,
): readonly Rule[] {
  const ways = forwards.flatMap(({ from, to }) => [
    [from, to],
    [to, from],
  ]) as readonly (readonly [Path, Path])[];
  const told = new Map(ways.map((way) => [canonicalJson(way), way]));
  return [...told.values()]
    .filter(([, to]) => stageOf(to) === stage)
    .flatMap(([from, to]) => {
      const carried = carriedInto(to, policy);
      const between = {
        inInterface: pathInterfaces(from, policy, os, state),
        outInterface: pathInterfaces(to, policy, os, state),
        ...(carried && { destination: { set: carried } }),
      };
      return icmpErrorsBetween(stage, between, policy);
    });
}

/** Undefined: whatever a tunnel carries is no question, or it carries everything. */
const carriedInto = (to: Path, policy: Policy): AddressSet | undefined =>
  to.kind === "tunnel" ? carriedBy(policy, tunnelNamed(policy, to.tunnel)) : undefined;

const stageOf = (to: Path): Stage => (to.kind === "tunnel" ? "tunnel" : "exemption");
