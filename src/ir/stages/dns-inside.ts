import { addressSet } from "../../net/address-set.ts";
import { constant } from "../../net/parse-net.ts";
import { ports } from "../../net/port-set.ts";
import type { Transport } from "../../net/protocol.ts";
import { activeForwards, forwardSources, leadsTo } from "../forwarding.ts";
import type { Os, Path, Policy } from "../policy.ts";
import type { Match, Rule } from "../ruleset.ts";
import { holds, isOpen, type State } from "../states.ts";
import { pathInterfaces } from "../zones.ts";
import { ownerOf } from "./deny-list.ts";
import { portalNames } from "./portal.ts";
import { open, type PlanStage, pass, underIpv6Policy } from "./rule.ts";

/** Names are asked of declared resolvers by their declared path, and of neighbours where `allow discovery` says so. */
export const dnsInsideStage: PlanStage = (policy, os, state) => [
  ...policy.dns.flatMap((dns): Rule[] => {
    if (dns.path.kind === "tunnel" && !isOpen(policy, state, dns.path.tunnel)) return [];
    const owner = ownerOf(dns, policy, os);
    const where: Match = {
      outInterface: pathInterfaces(dns.path, policy, os, state),
      destination: { set: addressSet(dns.resolvers) },
      ...(owner && { owner }),
    };
    const match = underIpv6Policy(policy, where);
    if (!match) return [];
    const clients = owner ? [] : clientsOf(dns.path, policy, os, state);
    return services.flatMap((transport) => [
      open("dns-inside", "out", { ...match, transport }, dns.id),
      ...clients.map((client) => open("dns-inside", "forward", { ...match, ...client, transport }, dns.id)),
    ]);
  }),
  ...policy.allows.flatMap(({ opening, id, while: condition }): Rule[] => {
    if (opening.kind !== "discovery" || !holds(condition, state, policy)) return [];
    const match = underIpv6Policy(policy, {
      outInterface: pathInterfaces(opening.path, policy, os, state),
      destination: { set: multicastDns },
      transport: { kind: "udp", destinationPorts: ports(5353) },
    });
    return match ? [pass("dns-inside", "out", match, id)] : [];
  }),
  ...portalNames(policy, os, state),
];

const services: readonly Transport[] = [
  { kind: "tcp", destinationPorts: ports(53, 853) },
  { kind: "udp", destinationPorts: ports(53) },
];

/** Who is forwarded into a tunnel asks its resolvers, too. */
const clientsOf = (path: Path, policy: Policy, os: Os, state: State): readonly Match[] =>
  activeForwards(policy, state)
    .filter((forward) => path.kind === "tunnel" && leadsTo(forward, path.tunnel))
    .flatMap(({ from, sources }) => {
      const set = forwardSources(from, sources, policy);
      const inInterface = pathInterfaces(from, policy, os, state);
      return set?.length === 0 ? [] : [{ inInterface, ...(set && { source: { set } }) }];
    });

/** RFC 6762 3. */
const multicastDns = constant("224.0.0.251", "ff02::fb");
