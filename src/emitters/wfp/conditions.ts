import type { Identity } from "../../ir/policy.ts";
import type { AddressMatch, Locality, Match } from "../../ir/ruleset.ts";
import type { WfpConditions } from "../../ir/wfp-document.ts";
import type { Family } from "../../net/address.ts";
import { type AddressSet, formatRange, ofFamily } from "../../net/address-set.ts";
import { formatPort } from "../../net/port-set.ts";
import { protocolNumber, type Transport } from "../../net/protocol.ts";
import { type Place, typesAt } from "./layers.ts";

/** What is the same for every interface of a match. */
type Common = Omit<WfpConditions, "interface" | "loopback">;

/** Longer lists become several filters: nobody has tried how long a filter may be. */
const mostAddresses = 256;

/** A match in the words of a layer, one set of conditions for each filter that it takes; none where it has no packets there. */
export function conditionsAt(match: Match, place: Place): readonly Common[] {
  const { transport, owner } = match;
  const { family, direction, isError } = place;
  const isOut = direction === "out";
  const types = typesAt(match, place);
  const isOther = match.family !== undefined && match.family !== family;
  if (isOther || types?.length === 0 || (isError && owner)) return [];
  if (!isOfFamily(transport, place)) return [];
  const [local, remote] = isOut ? [match.source, match.destination] : [match.destination, match.source];
  const at = localType(isOut ? match.sourceLocality : match.destinationLocality, place);
  const [localSets, remoteSets] = [local, remote].map((wanted) => chunks(wanted, place));
  if (!at || !localSets || !remoteSets) return [];
  const payload = isError ? (types ? { icmpType: types } : {}) : payloadOf(transport, types, isOut);
  return (owner ?? [undefined]).flatMap((all) =>
    localSets.flatMap((localAddress) =>
      remoteSets.map((remoteAddress) => ({
        ...at,
        ...(localAddress && { localAddress }),
        ...(remoteAddress && { remoteAddress }),
        ...payload,
        ...(all && ownerOf(all)),
      })),
    ),
  );
}

const isOfFamily = (transport: Transport | undefined, { family }: Place): boolean =>
  transport?.kind === "icmp" ? family === "ipv4" : transport?.kind !== "icmpv6" || family === "ipv6";

/**
 * Windows sends with an address of the leaving interface and takes what is addressed to the arriving one, so these are the
 * only questions left. Undefined: there is no such packet.
 */
function localType(wanted: readonly Locality[] | undefined, { direction, isError }: Place): Common | undefined {
  if (!wanted) return {};
  if (direction === "out" || isError) return wanted.includes("local") ? {} : undefined;
  const types = (["local", "multicast", "broadcast"] as const).filter((type) => wanted.includes(type));
  if (types.length === 0) return undefined;
  return types.length === 3
    ? {}
    : { localAddressType: types.map((type) => (type === "local" ? ("unicast" as const) : type)) };
}

/** `[undefined]`: any address; `[]`: none of the family. */
function chunks(wanted: AddressMatch | undefined, { family }: Place): readonly (readonly string[] | undefined)[] {
  if (!wanted) return [undefined];
  const known = texts[family].get(wanted.set);
  if (known) return known;
  const set = ofFamily(wanted.set, family);
  const made = Array.from({ length: Math.ceil(set.length / mostAddresses) }, (_, i) =>
    set.slice(i * mostAddresses, (i + 1) * mostAddresses).map(formatRange),
  );
  texts[family].set(wanted.set, made);
  return made;
}

/** A long list is written once, in however many states and layers it is asked for. */
const texts: Readonly<Record<Family, WeakMap<AddressSet, readonly (readonly string[])[]>>> = {
  ipv4: new WeakMap(),
  ipv6: new WeakMap(),
};

function payloadOf(transport: Transport | undefined, icmpType: readonly number[] | undefined, isOut: boolean): Common {
  if (!transport) return {};
  const protocol = [protocolNumber(transport)];
  if (transport.kind !== "tcp" && transport.kind !== "udp") return { protocol, ...(icmpType && { icmpType }) };
  const { sourcePorts, destinationPorts } = transport;
  const [local, remote] = isOut ? [sourcePorts, destinationPorts] : [destinationPorts, sourcePorts];
  return {
    protocol,
    ...(local && { localPort: local.map(formatPort) }),
    ...(remote && { remotePort: remote.map(formatPort) }),
  };
}

/** All of them: `refusals` has seen that Windows can tell each, and none twice. */
function ownerOf(all: readonly Identity[]): Common {
  return Object.assign({}, ...all.map(identityOf));
}

function identityOf(identity: Identity): Common {
  if (identity.kind === "program") return { program: [identity.path] };
  if (identity.kind === "service") return { service: [identity.name] };
  throw new Error(`a ${identity.kind} is refused before`);
}
