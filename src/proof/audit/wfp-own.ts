import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Document, Filter } from "../readers/wfp/document.ts";
import type { ListedConditions, ListedPlace } from "../readers/wfp/listed-conditions.ts";
import type { ListedFilter, Listing } from "../readers/wfp/listing.ts";
import type { Place } from "./finding.ts";

/** Our own filters of a listing, by their keys: those of a document are told apart by nothing else. */
export interface Own {
  /** Of the state that fits best. */
  readonly document: Document;
  /** Its filters that are there. */
  readonly there: readonly (readonly [Filter, ListedFilter])[];
  readonly missing: readonly Filter[];
  /** What claims to be ours, and is of no state or of another one. */
  readonly strange: readonly ListedFilter[];
}

/** Filters of the boot need not be listed, and are ours where they are. */
export function ownOf({ filters }: Listing, documents: readonly Document[]): Own {
  const [first] = documents;
  if (!first) throw new Error("a plan has states");
  const listed = filters.filter(
    ({ provider, sublayer }) => provider === first.provider || sublayer === first.sublayer.key,
  );
  const byKey = new Map(listed.map((filter) => [filter.key, filter]));
  const fits = documents.map((document): Own => {
    const there = document.filters.flatMap((filter) => {
      const found = byKey.get(filter.key);
      return found ? [[filter, found] as const] : [];
    });
    const found = new Set(there.map(([, filter]) => filter));
    const missing = document.filters.filter(({ key, lifetime }) => lifetime !== "boot" && !byKey.has(key));
    return { document, there, missing, strange: listed.filter((filter) => !found.has(filter)) };
  });
  // Many may be missing where an interface was not there, and then no other state explains what is.
  return fits.reduce((best, fit) => {
    const more = fit.strange.length - best.strange.length || fit.missing.length - best.missing.length;
    return more < 0 ? fit : best;
  });
}

interface Meant {
  /** What its document says. */
  readonly planned: PacketSet;
  readonly conditions: ListedConditions;
  /** What its layer is asked about. */
  readonly within: PacketSet;
  /** The key of ours. */
  readonly sublayer: string;
}

/** Why a filter that has our key is not ours. Undefined: it says what its document says. */
export function forged(filter: Filter, listed: ListedFilter, meant: Meant): string | undefined {
  const place = placeOf(listed.layer);
  if (place?.layer !== filter.layer) return "it stands in another layer";
  if (listed.action.kind !== filter.action) return "it does something else";
  if (listed.sublayer !== meant.sublayer) return "it stands in another sublayer";
  if (listed.weight === undefined) return "its weight is not told";
  if (listed.weight !== BigInt(filter.weight)) return "it has another weight";
  for (const [flag, lifetime] of [
    ["PERSISTENT", "persistent"],
    ["BOOTTIME", "boot"],
  ] as const)
    if (listed.flags.includes(flag) !== (filter.lifetime === lifetime)) return "it lasts for another time";
  if (listed.flags.includes("CLEAR_ACTION_RIGHT")) return "it permits for good";
  if (listed.flags.includes("DISABLED")) return "it is disabled";
  const more = listed.flags.find((flag) => !ownFlags.has(flag));
  if (more !== undefined) return `it has the flag ${more}`;
  const { any } = meant.conditions.matched(listed, place);
  const planned = meant.planned.intersect(meant.within);
  const isSame = [any.least, any.most].every((set) => set.intersect(meant.within).equals(planned));
  return isSame ? undefined : "it is about other packets";
}

/** Those that we write, and a hint for the search that changes nothing of what a filter does (fwpmu.h). */
const ownFlags: ReadonlySet<string> = new Set(["NONE", "PERSISTENT", "BOOTTIME", "INDEXED"]);

/** What of a listing's layers is asked about which packets. */
const layers: Readonly<Record<string, readonly [layer: Filter["layer"] | "more", way: ListedPlace["way"]]>> = {
  ALE_AUTH_CONNECT: ["connect-v4", "out"],
  ALE_AUTH_RECV_ACCEPT: ["accept-v4", "in"],
  IPFORWARD: ["forward-v4", "forward"],
  OUTBOUND_ICMP_ERROR: ["error-out-v4", "out"],
  INBOUND_ICMP_ERROR: ["error-in-v4", "in"],
  OUTBOUND_TRANSPORT: ["more", "out"],
  INBOUND_TRANSPORT: ["more", "in"],
  OUTBOUND_IPPACKET: ["more", "out"],
  INBOUND_IPPACKET: ["more", "in"],
  ALE_RESOURCE_ASSIGNMENT: ["more", "out"],
  ALE_BIND_REDIRECT: ["more", "out"],
  ALE_CONNECT_REDIRECT: ["more", "out"],
  DATAGRAM_DATA: ["more", "out"],
  STREAM: ["more", "out"],
};

/** Of sockets, keys and calls, and what was refused already: none says whether a packet passes. */
const beside =
  /^(.*_DISCARD|INBOUND_RESERVED2|(ALE_AUTH_LISTEN|ALE_FLOW_ESTABLISHED|ALE_RESOURCE_RELEASE|ALE_ENDPOINT_CLOSURE|NAME_RESOLUTION_CACHE|OUTBOUND_NETWORK_CONNECTION_POLICY|IPSEC_KM_DEMUX|IPSEC|IKEEXT)_V[46]|KM_AUTHORIZATION|RPC_[A-Z_]+)$/;

/**
 * Frames and the packets in them, below the layers of ours: what is permitted there passes no layer above, and what is refused
 * may be what the policy needs. Which packets is not judged: frames are asked for by addresses of cards.
 */
const frames =
  /^((IN|OUT)BOUND_MAC_FRAME_(ETHERNET|NATIVE(_FAST)?)|(IN|E)GRESS_VSWITCH_(ETHERNET|TRANSPORT_V[46])|(IN|OUT)BOUND_TRANSPORT_FAST|STREAM_PACKET_V[46])$/;

export const isOfFrames = (name: string): boolean => frames.test(name);

/** Not understood, so it may be one that says whether a packet passes. */
export const isUnknownLayer = (name: string): boolean => !placeOf(name) && !frames.test(name) && !beside.test(name);

/** `more`: a layer where packets are only refused once more. Undefined: none that says whether a packet passes. */
export function placeOf(name: string): (ListedPlace & { readonly layer: Filter["layer"] | "more" }) | undefined {
  const [, base = "", version] = /^(.*)_V([46])$/.exec(name) ?? [];
  const [layer, way] = layers[base] ?? [];
  if (!layer || !way) return undefined;
  const family = version === "4" ? "ipv4" : "ipv6";
  const own = layer === "more" ? layer : (layer.replace("v4", `v${version}`) as Filter["layer"]);
  return { layer: own, way, family };
}

export const textOf = ({ file, line, name, id, layer }: ListedFilter): Place => ({
  file,
  line,
  text: [name || "a filter without a name", id && `(${id})`, layer && `in ${layer}`]
    .filter((part) => part !== "")
    .join(" "),
});

/** Where a layer of ours stands, for sets. */
export const isOn = (space: PacketSpace, { family, way }: ListedPlace): PacketSet =>
  space.direction(way).intersect(space.family(family));
