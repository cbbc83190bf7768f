import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { formatRange } from "../../net/address-set.ts";
import { protocolNumber } from "../../net/protocol.ts";
import { placeOf } from "../origins.ts";
import type { PacketPattern, Policy } from "../policy.ts";
import type { Check } from "./check.ts";
import { speakable } from "./support/families.ts";
import { tooWide, translatedPart, widest } from "./support/width.ts";

/** An exemption that reaches a good part of the internet is no exemption: it switches the kill switch off. */
export const exemptionTooWide: Check = ({ policy, origins }) =>
  policy.allows.flatMap(({ id, opening }) => {
    const found = opening.kind === "packets" ? faultOf(policy, opening.pattern) : undefined;
    if (!found) return [];
    return diagnostic(
      "KSP2034",
      { what: found.what },
      {
        at: placeOf(origins, id, "to"),
        label: found.label,
        notes: [`outside the tunnels an exemption reaches public networks of at most ${widest}`],
        help: "name the networks that must stay reachable, or send the traffic `through` a tunnel",
      },
    );
  });

interface Fault {
  readonly what: string;
  readonly label: string;
}

function faultOf(policy: Policy, { direction, destination, transport, path }: PacketPattern): Fault | undefined {
  if (direction === "in" || !leadsOutside(policy, path)) return undefined;
  if (transport && protocolNumber(transport) === encapsulatedIpv6)
    return { what: "IPv6 inside IPv4", label: "protocol 41 carries whole IPv6 packets to anywhere" };
  if (!destination) return { what: "traffic to every address", label: "no `to`, so it reaches every address" };
  const reached = speakable(policy, destination);
  const range = tooWide(reached);
  if (range) return { what: `traffic to \`${formatRange(range)}\``, label: "too wide for an exemption" };
  const translated = translatedPart(reached);
  return translated === undefined
    ? undefined
    : { what: `traffic to ${translated}`, label: "stands for every IPv4 address" };
}

/** IANA protocol numbers: 41 is IPv6 encapsulation. */
const encapsulatedIpv6 = 41;

const leadsOutside = (policy: Policy, path: PacketPattern["path"]): boolean =>
  path.kind === "outside" ||
  (path.kind === "link" && policy.links.some(({ name, role }) => name === path.link && role === "outside"));
