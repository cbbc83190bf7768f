import type { Addresses } from "../../address-classes.ts";

/** What nftables files say, or a kernel lists: nothing but what each word means to a packet. */
export interface Program {
  /** By family and name: `inet ksp`. */
  readonly tables: ReadonlyMap<string, Table>;
}
export interface Table {
  /** It belongs to the process that loaded it, and goes when that one ends. */
  readonly isOwned?: true;
  readonly sets: ReadonlyMap<string, NamedSet>;
  readonly chains: ReadonlyMap<string, Chain>;
}

export type TableFamily = "inet" | "arp" | "netdev";
export type IpFamily = "ipv4" | "ipv6";
/** `timed`: families, each for a while; what is in the set is open. */
export type NamedSet =
  | { readonly kind: "addresses"; readonly family: IpFamily; readonly ranges: Addresses }
  | { readonly kind: "timed"; readonly elements: ReadonlyMap<IpFamily, Milliseconds> };
export type Milliseconds = number;

export interface Chain {
  readonly base?: Base;
  readonly rules: readonly Rule[];
}
/** Where the kernel calls a chain. */
export interface Base {
  readonly type: "filter" | "nat";
  readonly hook: Hook;
  readonly priority: number;
  readonly policy: "accept" | "drop";
  /** Of `egress` alone, which is the hook of one device. */
  readonly device?: string;
}
export const hooks = ["prerouting", "input", "forward", "output", "postrouting", "egress"] as const;
export type Hook = (typeof hooks)[number];

export interface Rule {
  /** Counted from 1; of a listing the place of the rule in it. */
  readonly line: number;
  /** All of them hold. */
  readonly conditions: readonly Condition[];
  readonly log?: Log;
  /** Keeps these bits of the connection's mark and adds those. */
  readonly marks?: { readonly keep: number; readonly add: number };
  /** Absent: the rule only counts, tells or marks. */
  readonly verdict?: RuleVerdict;
}
export interface Log {
  readonly prefix: string;
  readonly count: number;
  readonly per: Milliseconds;
  readonly burst: number;
}
export type RuleVerdict =
  | { readonly kind: "accept" | "drop" | "return" | "masquerade" }
  | { readonly kind: "reject"; readonly with: "unreachable" | "reset" }
  | { readonly kind: "jump" | "goto"; readonly chain: string }
  | { readonly kind: "dnat"; readonly family: IpFamily; readonly address: bigint; readonly port?: number };

export type End = "source" | "destination";
type Side = "in" | "out";
/** Whole names, or all that begin so. */
export interface NamePattern {
  readonly name: string;
  readonly isPrefix: boolean;
}
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** What a frame says of itself on the wire; `eapol` carries no packet of the network. */
export type Frame = IpFamily | "arp" | "eapol" | "other";

/** One question about a packet. `isNegated`: the answer must be no. */
export type Condition =
  | { readonly kind: "name"; readonly side: Side; readonly names: readonly NamePattern[]; readonly isNegated: boolean }
  | { readonly kind: "interface-kind"; readonly side: Side; readonly kinds: readonly string[] }
  | { readonly kind: "arrived" }
  | { readonly kind: "frame"; readonly frame: Exclude<Frame, "other"> }
  /** The device sends frames at all: a point-to-point one has packets without any. */
  | { readonly kind: "framed"; readonly isNegated: boolean }
  /** Any fragment but the first. */
  | { readonly kind: "later"; readonly family: IpFamily }
  /** What the kernel takes a packet for. */
  | { readonly kind: "family"; readonly families: readonly (IpFamily | "arp")[] }
  | { readonly kind: "open"; readonly set: string }
  | {
      readonly kind: "address";
      readonly end: End;
      readonly family: IpFamily | "arp";
      /** The name of a set, or what stands in the rule. */
      readonly among: string | Addresses;
      readonly isNegated: boolean;
    }
  | { readonly kind: "protocol"; readonly spans: readonly Span[]; readonly isNegated: boolean }
  | {
      readonly kind: "port";
      readonly end: End;
      /** `any`: of whatever protocol the rule asks for beside it. */
      readonly protocol: number | "any";
      readonly spans: readonly Span[];
      readonly isNegated: boolean;
    }
  | { readonly kind: "icmp"; readonly family: IpFamily; readonly spans: readonly Span[]; readonly isNegated: boolean }
  | { readonly kind: "hops"; readonly family: IpFamily; readonly spans: readonly Span[]; readonly isNegated: boolean }
  | { readonly kind: "mark"; readonly mask: number; readonly value: number; readonly isNegated: boolean }
  | {
      readonly kind: "owner";
      readonly field: "user" | "group";
      readonly ids: readonly number[];
      readonly isNegated: boolean;
    }
  | { readonly kind: "state"; readonly states: readonly ConnectionState[] }
  | { readonly kind: "way"; readonly way: "original" | "reply" }
  | { readonly kind: "translated"; readonly end: End }
  | { readonly kind: "connection-mark"; readonly mask: number; readonly value: number; readonly isNegated: boolean }
  | { readonly kind: "control-group"; readonly level: number; readonly path: string }
  | {
      readonly kind: "locality";
      readonly end: End;
      /** Absent: whose address it is on the whole machine. */
      readonly side?: Side;
      readonly types: readonly LocalityType[];
      readonly isNegated: boolean;
    };

export const connectionStates = ["new", "established", "related"] as const;
type ConnectionState = (typeof connectionStates)[number];
export const localityTypes = ["local", "broadcast", "multicast"] as const;
type LocalityType = (typeof localityTypes)[number];

export const empty: Program = { tables: new Map() };

/** What cannot be read has no meaning: it is refused, never taken for harmless. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
  readonly line: number;

  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}
