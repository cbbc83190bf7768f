/** What files for one family say: nothing but what each word means to a packet. */
export interface Program {
  readonly family: IpFamily;
  readonly tables: ReadonlyMap<TableName, Table>;
  readonly sets: Sets;
}
export type IpFamily = "ipv4" | "ipv6";
export type TableName = "mangle" | "filter" | "nat";
/** By the names of its chains, the kernel's own among them. */
export type Table = ReadonlyMap<string, readonly Rule[]>;

/** The chains that the kernel calls. */
export const builtIn: Readonly<Record<TableName, readonly string[]>> = {
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
};

export interface Range {
  readonly first: bigint;
  readonly last: bigint;
}
/** Sets of addresses by their names. */
export type Sets = ReadonlyMap<string, AddressSet>;
export interface AddressSet {
  readonly family: IpFamily;
  /** Sorted, disjoint. */
  readonly ranges: readonly Range[];
  readonly most: number;
  /** Where elements end by themselves: how many seconds each has. */
  readonly seconds?: readonly number[];
}

export interface Rule {
  /** Counted from 1. */
  readonly line: number;
  /** All of them hold. */
  readonly conditions: readonly Condition[];
  readonly target: Target;
}
export type Target =
  | { readonly kind: "accept" | "drop" | "return" }
  | { readonly kind: "reject"; readonly with: "unreachable" | "reset" }
  | { readonly kind: "jump" | "goto"; readonly chain: string }
  | { readonly kind: "masquerade" }
  | { readonly kind: "dnat"; readonly address: bigint; readonly port?: number }
  /** So many in a time of so many milliseconds, and as many at once. */
  | { readonly kind: "log"; readonly count: number; readonly per: number };

export type End = "source" | "destination";
export type Side = "in" | "out";

/** One question about a packet. `isNegated`: the answer must be no. */
export type Condition =
  | {
      readonly kind: "name";
      readonly side: Side;
      readonly name: string;
      readonly isPrefix: boolean;
      readonly isNegated: boolean;
    }
  | { readonly kind: "address"; readonly end: End; readonly ranges: readonly Range[]; readonly isNegated: boolean }
  | { readonly kind: "set"; readonly end: End; readonly name: string; readonly isNegated: boolean }
  | { readonly kind: "protocol"; readonly number: number }
  | { readonly kind: "ports"; readonly end: End; readonly ranges: readonly Range[] }
  | { readonly kind: "type"; readonly number: number }
  | { readonly kind: "hops"; readonly count: number }
  | { readonly kind: "mark"; readonly value: number; readonly mask: number }
  | { readonly kind: "owner"; readonly field: "user" | "group"; readonly id: number }
  | { readonly kind: "control-group"; readonly path: string }
  | { readonly kind: "state"; readonly state: "established-reply" | "related" }
  | { readonly kind: "rewritten" }
  /** Whose address it is, seen from the interface on that side, or from all of them. */
  | {
      readonly kind: "locality";
      readonly end: End;
      readonly side: Side | undefined;
      readonly type: LocalityType;
      readonly isNegated: boolean;
    };
export type LocalityType = "local" | "broadcast" | "multicast";

/** What cannot be read has no meaning: it is refused, never taken for harmless. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
  readonly line: number;

  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}
