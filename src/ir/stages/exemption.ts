import { constant } from "../../net/parse-net.ts";
import { ports } from "../../net/port-set.ts";
import { privateRanges } from "../../net/private-ranges.ts";
import { forwardSources } from "../forwarding.ts";
import type { Allow, Opening, Os, PacketPattern, Policy } from "../policy.ts";
import { privateTable, type Rule } from "../ruleset.ts";
import { holds, isOpen, type State } from "../states.ts";
import { links, pathInterfaces } from "../zones.ts";
import { patternMatch } from "./deny-list.ts";
import { forwarded } from "./forwarded.ts";
import { icmpErrors } from "./icmp-errors.ts";
import { crossing, open, type PlanStage, pass, underIpv6Policy } from "./rule.ts";

/** What `allow` opens beside the tunnels, and errors about flows that are open. */
export const exemptionStage: PlanStage = (policy, os, state) => [
  ...policy.allows
    .filter((allow) => holds(allow.while, state, policy))
    .flatMap((allow) => exempt(allow, policy, os, state)),
  ...(state.mode === "lockdown" ? [] : icmpErrors("exemption", "in", links(policy, os, state), policy)),
  ...answersToInside(policy, os, state),
  ...forwarded("exemption", policy, os, state),
];

function exempt({ opening, id }: Allow, policy: Policy, os: Os, state: State): readonly Rule[] {
  if (opening.kind === "packets") return exemptPackets(opening.pattern, id, policy, os, state);
  if (opening.kind === "host") return exemptHost(opening, id, policy, os, state);
  if (opening.kind === "discovery") return serviceDiscovery(opening.path, id, policy, os, state);
  return [];
}

function exemptPackets(pattern: PacketPattern, id: string, policy: Policy, os: Os, state: State): readonly Rule[] {
  if (pattern.path.kind === "tunnel" && !isOpen(policy, state, pattern.path.tunnel)) return [];
  const interfaces = pathInterfaces(pattern.path, policy, os, state);
  const sources = pattern.direction === "forward" ? forwardSources({ kind: "any" }, pattern.source, policy) : undefined;
  if (sources?.length === 0) return [];
  const match = underIpv6Policy(policy, {
    ...patternMatch(pattern, policy, os),
    ...crossing(pattern.direction, interfaces),
    ...(sources && { source: { set: sources } }),
  });
  return match ? [open("exemption", pattern.direction, match, id)] : [];
}

/** The addresses of a name: those that were pinned, and what the runtime finds inside the bounds. */
function exemptHost(
  { pinned, within, transport, path }: Opening & { readonly kind: "host" },
  id: string,
  policy: Policy,
  os: Os,
  state: State,
): readonly Rule[] {
  const refreshed = state.mode === "lockdown" ? {} : { table: id, within };
  const match = underIpv6Policy(policy, {
    outInterface: pathInterfaces(path, policy, os, state),
    destination: { set: pinned, ...refreshed },
    transport,
  });
  return match ? [open("exemption", "out", match, id)] : [];
}

const searchGroups = constant("239.255.255.250", "ff02::c");

/** SSDP asks a group (UPnP Device Architecture 1.3.2); answers of SSDP and mDNS come from single neighbours, so no firewall can track them as replies. */
function serviceDiscovery(
  path: PacketPattern["path"],
  id: string,
  policy: Policy,
  os: Os,
  state: State,
): readonly Rule[] {
  const interfaces = pathInterfaces(path, policy, os, state);
  const ask = underIpv6Policy(policy, {
    outInterface: interfaces,
    destination: { set: searchGroups },
    transport: { kind: "udp", destinationPorts: ports(1900) },
  });
  const answer = underIpv6Policy(policy, {
    inInterface: interfaces,
    source: { set: privateRanges, table: privateTable },
    transport: { kind: "udp", sourcePorts: ports(1900, 5353), destinationPorts: [{ first: 1024, last: 65535 }] },
  });
  return [
    ...(ask ? [pass("exemption", "out", ask, id)] : []),
    ...(answer ? [pass("exemption", "in", answer, id)] : []),
  ];
}

/** Inside clients are told of refusals, and of packets too big for a tunnel: ICMP errors of our own. */
function answersToInside(policy: Policy, os: Os, state: State): readonly Rule[] {
  const isTold = policy.blocked.forward === "reject" || policy.forwards.length > 0;
  if (!isTold || state.mode === "lockdown") return [];
  return policy.links
    .filter((link) => link.role === "inside")
    .flatMap((link) =>
      icmpErrors("exemption", "out", pathInterfaces({ kind: "link", link: link.name }, policy, os, state), policy),
    );
}
