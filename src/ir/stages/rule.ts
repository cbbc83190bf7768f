import { ofFamily } from "../../net/address-set.ts";
import type { Os, Policy, StatementId } from "../policy.ts";
import {
  type AddressMatch,
  accept,
  type Direction,
  drop,
  type InterfaceSet,
  type Match,
  type Rule,
  type Stage,
} from "../ruleset.ts";
import type { State } from "../states.ts";

/** A stage of docs/states.md: what one concern contributes to one state. All its rules have the same verdict, so their order means nothing. */
export type PlanStage = (policy: Policy, os: Os, state: State) => readonly Rule[];

/** A flow may be opened; established packets in reply direction come back. */
export const open = (stage: Stage, direction: Direction, match: Match, from: StatementId): Rule => ({
  stage,
  direction,
  match,
  verdict: accept,
  replies: true,
  from,
});

/** These packets alone pass: for protocols whose answers are no replies that a firewall could track. */
export const pass = (stage: Stage, direction: Direction, match: Match, from: StatementId): Rule => ({
  ...open(stage, direction, match, from),
  replies: false,
});

export const refuse = (stage: Stage, direction: Direction, match: Match, from: StatementId): Rule => ({
  stage,
  direction,
  match,
  verdict: drop,
  replies: false,
  from,
});

/** The interface a direction is judged by: the arriving one for `in`, the leaving one otherwise. */
export const crossing = (direction: Direction, interfaces: InterfaceSet): Match =>
  direction === "in" ? { inInterface: interfaces } : { outInterface: interfaces };

/** The IPv4 part under `ipv6 block`; undefined when nothing is left of it. */
export function underIpv6Policy(policy: Policy, match: Match): Match | undefined {
  if (policy.ipv6 === "tunnel") return match;
  if (match.family === "ipv6" || match.transport?.kind === "icmpv6") return undefined;
  const source = match.source && ipv4Part(match.source);
  const destination = match.destination && ipv4Part(match.destination);
  if ([source, destination].some((part) => part && (part.within ?? part.set).length === 0)) return undefined;
  return { ...match, family: "ipv4", ...(source && { source }), ...(destination && { destination }) };
}

const ipv4Part = ({ set, within, ...rest }: AddressMatch): AddressMatch => ({
  ...rest,
  set: ofFamily(set, "ipv4"),
  ...(within && { within: ofFamily(within, "ipv4") }),
});

/** IPv6 has something to do on the links: it goes into the tunnel, or a server is reached by it. */
export const usesIpv6 = (policy: Policy): boolean =>
  policy.ipv6 === "tunnel" ||
  policy.tunnels.some((t) => t.servers.some((s) => ofFamily(s.addresses, "ipv6").length > 0));
