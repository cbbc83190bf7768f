import type { Match, Rewrite, Rule, Ruleset } from "../../ir/ruleset.ts";
import { families } from "../../net/address.ts";
import { connections, rewriting } from "../dimensions.ts";
import { matched } from "../matched.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { reversed } from "../reversed.ts";

const opensForwarding = ({ direction, verdict, match }: Rule): boolean =>
  direction === "forward" && verdict.kind === "accept" && !match.related;

/** Whether a rule lets pass what a rewrite makes: both come from one statement. */
export const letsPass = (rule: Rule, { from }: Rewrite): boolean => opensForwarding(rule) && rule.from === from;

/** What a rewrite makes of forwarded packets, as the forward hook sees them; undefined where it makes none. */
export function renewedBy({ match, change, direction }: Rewrite): Match | undefined {
  if (change.kind !== "destination" || direction !== "forward") return undefined;
  const { address, port } = change;
  const { destination: _, destinationLocality: __, transport, ...rest } = match;
  const isToPort = port !== undefined && transport !== undefined && "destinationPorts" in transport;
  return {
    ...rest,
    destination: { set: [{ family: address.family, first: address.value, last: address.value }] },
    ...(transport && {
      transport: isToPort ? { ...transport, destinationPorts: [{ first: port, last: port }] } : transport,
    }),
  };
}

/** Packets with another destination than they were sent to, though no rewrite sends any there. */
export function sentNowhere(ruleset: Ruleset, space: PacketSpace): PacketSet {
  const isOpening = space.is("connection", connections.numberOf("new"), connections.numberOf("established-original"));
  return space.is("rewritten", rewriting.yes).intersect(isOpening).minus(renewed(ruleset.rewrites, space));
}

/** Errors that something may be wrong with: about a flow between their two interfaces, of its family, rewritten as it is. */
export function flowErrors(ruleset: Ruleset, space: PacketSpace): PacketSet {
  const isRewritten = space.is("rewritten", rewriting.yes);
  const ways = ruleset.rules.filter(opensForwarding).flatMap((rule) => {
    const opened = matched(rule.match, space);
    const asRewritten = renewed(
      ruleset.rewrites.filter((rewrite) => letsPass(rule, rewrite)),
      space,
    );
    const { inInterface, outInterface } = rule.match;
    return families.flatMap((family) => {
      const way: Match = { family, ...(inInterface && { inInterface }), ...(outInterface && { outInterface }) };
      const flows = opened.intersect(space.family(family));
      const both = matched(way, space).union(matched(reversed(way), space));
      return [
        flows.minus(isRewritten).isEmpty() ? space.none : both.minus(isRewritten),
        flows.overlaps(isRewritten.intersect(asRewritten)) ? both.intersect(isRewritten) : space.none,
      ];
    });
  });
  return space.none.union(...ways);
}

const renewed = (rewrites: readonly Rewrite[], space: PacketSpace): PacketSet =>
  space.none.union(...rewrites.flatMap((rewrite) => matchedIf(renewedBy(rewrite), space)));

const matchedIf = (match: Match | undefined, space: PacketSpace): readonly PacketSet[] =>
  match ? [matched(match, space)] : [];
