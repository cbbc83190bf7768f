import { type AddressSet, everything, formatRange, subtract } from "../../../net/address-set.ts";
import { constant } from "../../../net/parse-net.ts";
import { protocolNumber, type Transport } from "../../../net/protocol.ts";
import type { Allow, Forward, Opening, PacketPattern, Path, Policy } from "../../policy.ts";
import { speakable } from "./families.ts";
import { tooMany, tooWide, translatedPart } from "./width.ts";

/** What makes an exemption too wide. */
export interface Width {
  readonly what: string;
  readonly label: string;
  /** `accept-risk KSP3001` can take it: everything but the whole of a family. */
  readonly acceptable: boolean;
}

export function widthOf(policy: Policy, opening: Opening): Width | undefined {
  switch (opening.kind) {
    case "packets": {
      const { direction, destination, transport, path } = opening.pattern;
      return direction === "in" ? undefined : widthTo(policy, path, destination, transport);
    }
    case "host":
      return widthTo(policy, opening.path, opening.within, opening.transport);
    default:
      return undefined;
  }
}

/** An error of its own, and nothing else is said of it. */
export function isTooWide(policy: Policy, { opening, caveat }: Allow): boolean {
  const width = widthOf(policy, opening);
  return width !== undefined && !(width.acceptable && caveat.acceptRisk.includes("KSP3001"));
}

/** Whole networks may be sent around the tunnels, and then it is said. */
export function widthOfForward(policy: Policy, { to, destinations, transport }: Forward): Width | undefined {
  const width = widthTo(policy, to, destinations, transport);
  return width && { ...width, acceptable: true };
}

/** RFC 6598: meshes and providers use it, the internet does not. */
const shared = constant("100.64.0.0/10");

/** Whether an opening on an inside link reaches a good part of the internet, should the link lead there. */
export function wideInside(policy: Policy, { direction, destination, path }: PacketPattern): boolean {
  if (direction === "in" || path.kind !== "link" || leadsOutside(policy, path)) return false;
  const reached = destination && subtract(speakable(policy, destination), shared);
  return !reached || tooWide(reached) !== undefined || tooMany(reached) !== undefined;
}

function widthTo(
  policy: Policy,
  path: Path,
  destination: AddressSet | undefined,
  transport: Transport | undefined,
): Width | undefined {
  if (!leadsOutside(policy, path)) return undefined;
  if (!destination)
    return { what: "traffic to every address", label: "no `to`, so it reaches every address", acceptable: false };
  const reached = speakable(policy, destination);
  const range = tooWide(reached);
  if (range) {
    const whole = everything(range.family);
    const acceptable = range.first > whole.first || range.last < whole.last;
    return { what: `traffic to \`${formatRange(range)}\``, label: "too wide for an exemption", acceptable };
  }
  const count = tooMany(reached);
  if (count !== undefined)
    return {
      what: `traffic to ${formatCount(count)}`,
      label: "too many for an exemption, in however many pieces",
      acceptable: true,
    };
  if (transport && protocolNumber(transport) === encapsulatedIpv6)
    return {
      what: "IPv6 inside IPv4",
      label: "protocol 41 carries whole IPv6 packets to anywhere",
      acceptable: true,
    };
  const translated = translatedPart(reached);
  return translated === undefined
    ? undefined
    : { what: `traffic to ${translated}`, label: "stands for every IPv4 address", acceptable: true };
}

const formatCount = (count: bigint): string => `${new Intl.NumberFormat("en").format(count)} public addresses`;

/** IANA protocol numbers: 41 is IPv6 encapsulation. */
const encapsulatedIpv6 = 41;

const leadsOutside = (policy: Policy, path: Path): boolean =>
  path.kind === "outside" ||
  (path.kind === "link" && policy.links.some(({ name, role }) => name === path.link && role === "outside"));
