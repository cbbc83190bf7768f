import { families } from "../../net/address.ts";
import { complement, union } from "../../net/address-set.ts";
import type { Os, Policy, Tunnel } from "../policy.ts";
import { type InterfaceSet, type Locality, localities, type Rule } from "../ruleset.ts";
import type { State } from "../states.ts";
import { namedByOthers } from "../tunnel-names.ts";
import { everywhere, links, oneOf, tunnelZone } from "../zones.ts";
import { loopbackAddresses } from "./loopback-deny.ts";
import { type PlanStage, refuse } from "./rule.ts";

const foreign: readonly Locality[] = localities.filter((l) => l !== "local");

/** Addresses of loopback on any other interface are forged or mis-routed (RFC 1122 3.2.1.3). */
const martians: readonly Rule[] = [
  refuse(
    "anti-spoof",
    "out",
    { outInterface: everywhere, destination: { set: loopbackAddresses } },
    "built-in-loopback",
  ),
  refuse("anti-spoof", "in", { inInterface: everywhere, source: { set: loopbackAddresses } }, "built-in-loopback"),
];

/** Nothing leaves with an address of another interface, and nothing arrives for one (CVE-2019-14899): a tunnel's address is never seen outside it, whatever a DHCP server gives to a card. */
export const antiSpoofStage: PlanStage = (policy, os, state) => [
  ...martians,
  ...policy.tunnels.flatMap((tunnel) => [
    ...ownInside(tunnel, policy, os, state),
    ...hiddenOutside(tunnel, policy, os, state),
  ]),
  ...(state.mode === "lockdown" ? [] : ownOnLinks(links(policy, os, state))),
];

/** A tunnel carries its own address. An assigned one is not known at boot: the kernel is not asked yet. */
function ownInside(tunnel: Tunnel, policy: Policy, os: Os, state: State): readonly Rule[] {
  const zone = oneOf(tunnelZone(tunnel, os, state));
  return [...addressesInside(tunnel, zone, state), ...ofOthers(tunnel, zone, policy)];
}

/** What another tunnel names does not come out of this one: answers would enter it. */
function ofOthers(tunnel: Tunnel, inInterface: InterfaceSet, policy: Policy): readonly Rule[] {
  const set = namedByOthers(policy, tunnel);
  return set.length === 0 ? [] : [refuse("anti-spoof", "in", { inInterface, source: { set } }, tunnel.id)];
}

function addressesInside(tunnel: Tunnel, zone: InterfaceSet, state: State): readonly Rule[] {
  if (tunnel.address.kind === "static") {
    const { addresses } = tunnel.address;
    const others = { set: union(...families.map((family) => complement(addresses, family))) };
    return [
      refuse("anti-spoof", "out", { outInterface: zone, source: others }, tunnel.id),
      refuse("anti-spoof", "in", { inInterface: zone, destination: others }, tunnel.id),
    ];
  }
  if (state.mode === "lockdown") return [];
  return [
    refuse("anti-spoof", "out", { outInterface: zone, sourceLocality: foreign }, tunnel.id),
    refuse("anti-spoof", "in", { inInterface: zone, destinationLocality: foreign }, tunnel.id),
  ];
}

/** A tunnel with static addresses carries no others anyway. */
function hiddenOutside(tunnel: Tunnel, policy: Policy, os: Os, state: State): readonly Rule[] {
  if (tunnel.address.kind !== "static") return [];
  const own = { set: tunnel.address.addresses };
  const strict = policy.tunnels.filter(({ address }) => address.kind === "static");
  const elsewhere: InterfaceSet = { kind: "none-of", zones: strict.map((other) => tunnelZone(other, os, state)) };
  return [
    refuse("anti-spoof", "out", { outInterface: elsewhere, source: own }, tunnel.id),
    refuse("anti-spoof", "in", { inInterface: elsewhere, destination: own }, tunnel.id),
  ];
}

const ownOnLinks = (neighbours: InterfaceSet): readonly Rule[] => [
  refuse("anti-spoof", "out", { outInterface: neighbours, sourceLocality: foreign }, "built-in-source"),
  refuse("anti-spoof", "in", { inInterface: neighbours, destinationLocality: ["elsewhere"] }, "built-in-destination"),
];
