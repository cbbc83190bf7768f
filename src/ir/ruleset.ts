import type { Address, Family } from "../net/address.ts";
import type { AddressSet } from "../net/address-set.ts";
import type { Transport } from "../net/protocol.ts";
import type { Device, Identity, Name, StatementId, Tunnel } from "./policy.ts";
import type { StateKey } from "./states.ts";

/** What is in force in one state: nothing left to resolve, no backend's words. */

type Milliseconds = number;
export type Direction = "out" | "in" | "forward";

/** One total order in every state and backend, and one verdict per stage; docs/states.md explains each. */
export const stages = [
  "helper",
  "loopback-deny",
  "loopback",
  "infrastructure",
  "endpoint",
  "probe",
  "anti-spoof",
  "deny-list",
  "app",
  "dns-inside",
  "dns-deny",
  "tunnel",
  "tunnel-only",
  "portal",
  "lan",
  "exemption",
  "unprotected",
  "closed",
] as const;
export type Stage = (typeof stages)[number];

/** The interfaces of one tunnel or link. With a `protocol` an interface belongs to it only when its kind fits, too: a renamed card does not. */
export interface Zone {
  readonly name: Name;
  readonly kind: "tunnel" | "link";
  readonly protocol?: Tunnel["protocol"];
  readonly devices: readonly Device[];
}
/** `none-of` leaves out loopback as well: an empty list means every interface but loopback. */
export type InterfaceSet =
  | { readonly kind: "loopback" }
  | { readonly kind: "one-of"; readonly zones: readonly Zone[] }
  | { readonly kind: "none-of"; readonly zones: readonly Zone[] };

/** `table` is the name of the list that the set is; backends that have tables name theirs after it. */
export interface AddressMatch {
  readonly set: AddressSet;
  readonly table?: string;
  /** The runtime refreshes the table, and never beyond these bounds; `set` is what it starts with, and may be empty. */
  readonly within?: AddressSet;
}

/** The table of the private ranges. No list can have this name: the names of a policy hold no `_`. */
export const privateTable = "private_ranges";

/** What an address is to the interface that the packet crosses. `elsewhere`: another interface's, or nobody's here. */
export type Locality = "local" | "broadcast" | "multicast" | "elsewhere";
export const localities: readonly Locality[] = ["local", "broadcast", "multicast", "elsewhere"];

/** Interfaces are the final ones: where the packet really leaves, after routing, marks and address rewriting. Absent = unconstrained. */
export interface Match {
  readonly family?: Family | "arp";
  readonly inInterface?: InterfaceSet;
  readonly outInterface?: InterfaceSet;
  readonly source?: AddressMatch;
  readonly destination?: AddressMatch;
  readonly sourceLocality?: readonly Locality[];
  readonly destinationLocality?: readonly Locality[];
  readonly transport?: Transport;
  readonly hopLimit?: 1 | 255;
  /** Any of the lists, all within one ("and"). */
  readonly owner?: readonly (readonly Identity[])[];
  /** A `Rewrite` changed the destination of this flow; the match speaks of the new one. */
  readonly rewritten?: true;
  /** An ICMP error about a tracked flow; nothing else is ever "related". */
  readonly related?: "icmp-error";
}

export type Verdict =
  | { readonly kind: "accept" }
  | { readonly kind: "drop" }
  | { readonly kind: "reject"; readonly with: "port-unreachable" | "tcp-reset" };

/** Judges flow openings. `replies`: an established packet in reply direction passes where its reverse would open. */
export interface Rule {
  readonly stage: Stage;
  readonly direction: Direction;
  readonly match: Match;
  readonly verdict: Verdict;
  readonly replies: boolean;
  /** The kernel closes it by itself, this long after the switch to its state. */
  readonly expiresAfter?: Milliseconds;
  /** What falls to this rule is told, at most so often. */
  readonly log?: { readonly count: number; readonly per: Milliseconds };
  /** The statement that asked for it, or `built-in-…`. */
  readonly from: StatementId;
}

/**
 * Applied before the rules: a finite map of constants. A new destination is what every rule sees; a new source is seen where
 * a packet leaves. Answers are changed back without being asked.
 */
export interface Rewrite {
  readonly direction: Direction;
  readonly match: Match;
  /** Packets to an address of this machine keep it, whatever interface it belongs to. */
  readonly sparesThisMachine?: true;
  readonly change:
    | { readonly kind: "destination"; readonly address: Address; readonly port?: number }
    /** `as`: the source that it leaves with. */
    | { readonly kind: "masquerade"; readonly as: Pick<Match, "source" | "sourceLocality"> };
  readonly from: StatementId;
}

/** First match decides; sorted by stage. Ends in `closed` rules that match everything left, in every direction and for ARP. */
export interface Ruleset {
  readonly state: StateKey;
  readonly rewrites: readonly Rewrite[];
  readonly rules: readonly Rule[];
}

export const accept: Verdict = { kind: "accept" };
export const drop: Verdict = { kind: "drop" };
