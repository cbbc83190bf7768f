import { addressSet } from "../../net/address-set.ts";
import { constant } from "../../net/parse-net.ts";
import { ports } from "../../net/port-set.ts";
import type { Match, Rule } from "../ruleset.ts";
import { holds, isOpen } from "../states.ts";
import { pathInterfaces } from "../zones.ts";
import { ownerOf } from "./deny-list.ts";
import { open, type PlanStage, pass, underIpv6Policy } from "./rule.ts";

/** Names are asked of declared resolvers by their declared path, and of neighbours where `allow discovery` says so. */
export const dnsInsideStage: PlanStage = (policy, os, state) => [
  ...policy.dns.flatMap((dns): Rule[] => {
    if (dns.resolvers.length === 0 || (dns.path.kind === "tunnel" && !isOpen(policy, state, dns.path.tunnel)))
      return [];
    const owner = ownerOf(dns, policy, os);
    const where: Match = {
      outInterface: pathInterfaces(dns.path, policy, os, state),
      destination: { set: addressSet(dns.resolvers) },
      ...(owner && { owner }),
    };
    const match = underIpv6Policy(policy, where);
    if (!match) return [];
    return [
      open("dns-inside", "out", { ...match, transport: { kind: "tcp", destinationPorts: ports(53, 853) } }, dns.id),
      open("dns-inside", "out", { ...match, transport: { kind: "udp", destinationPorts: ports(53) } }, dns.id),
    ];
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
];

/** RFC 6762 3. */
const multicastDns = constant("224.0.0.251", "ff02::fb");
