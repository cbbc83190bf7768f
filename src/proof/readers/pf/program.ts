import type { Addresses } from "../../address-classes.ts";

/**
 * What pf of macOS holds, lists expanded: one rule a combination, as the kernel has them. The dialect is OpenBSD 4.3's with
 * Apple's changes (xnu 11417.101.15, bsd/net/pf.c), not that of today's pf.conf(5).
 */

export type Version = 4 | 6;
export type Direction = "in" | "out";

/** A name or address that counts where it is not this one. */
interface Negatable {
  readonly isNegated: boolean;
}
export interface Named extends Negatable {
  readonly name: string;
}
/** From `first` to `last`, both included. */
export interface Net {
  readonly version: Version;
  readonly first: bigint;
  readonly last: bigint;
}
export type Host = Negatable &
  (
    | { readonly kind: "any" }
    | { readonly kind: "net"; readonly net: Net }
    | { readonly kind: "table"; readonly name: string }
    /** The addresses that an interface has at each moment; `part`: `network`, `broadcast`, `peer`, `0`. */
    | { readonly kind: "interface"; readonly name: string; readonly part?: string }
    | { readonly kind: "no-route" | "urpf-failed" }
  );

/** `inside` and `outside` leave their ends out, `range` holds them. */
export type Comparison =
  | { readonly kind: "=" | "!=" | "<" | "<=" | ">" | ">="; readonly value: number }
  | { readonly kind: "range" | "inside" | "outside"; readonly first: number; readonly last: number };
/** A user or group: by number, or by a name that is looked up at load; `unknown`: nobody's. */
export type IdTest =
  | { readonly kind: "=" | "!="; readonly id: number | string }
  | { readonly kind: "other"; readonly test: Comparison };

/** What a rule asks of a packet. Absent: nothing. */
export interface Criteria {
  readonly line: number;
  readonly direction?: Direction;
  readonly interface?: Named;
  readonly version?: Version;
  readonly protocol?: number;
  readonly source: Host;
  readonly sourcePort?: Comparison;
  readonly destination: Host;
  readonly destinationPort?: Comparison;
  readonly user?: IdTest;
  readonly group?: IdTest;
  /** The first packet of a TCP connection; of other protocols nothing is asked. */
  readonly isOpening: boolean;
  readonly icmp?: { readonly type: number; readonly code?: number };
  /** It matches fragments alone. */
  readonly isOfFragments: boolean;
  readonly tagged?: Named;
  /** What of it is not understood: it may match fewer packets than the rest says. */
  readonly doubt?: string;
}

/** A state of a flow lets it pass on its own interface, or on every one. */
export type Keeps = "no state" | "if-bound" | "floating";

export interface Rule extends Criteria {
  readonly kind: "rule";
  readonly action: "pass" | "drop" | "return";
  readonly isQuick: boolean;
  readonly isLogged: boolean;
  readonly keeps: Keeps;
  readonly allowsOptions: boolean;
  readonly label?: string;
  readonly tag?: string;
  /** Where it sends what passes, past the routing. */
  readonly route?: string;
}

/** `path`: as it is written; with `isWildcard` its direct children. */
export interface Anchor extends Criteria {
  readonly kind: "anchor";
  readonly path: string;
  readonly isWildcard: boolean;
  readonly isQuick: boolean;
  /** Written in braces, in the same file. */
  readonly inside?: Ruleset;
}

/** What changes addresses before any rule looks; `isFinal`: and no rule looks any more. An anchor of them has a path. */
export interface Translation extends Criteria {
  readonly kind: "nat" | "rdr" | "binat";
  readonly isFinal: boolean;
  /** What an address is changed into, where that is one in figures. */
  readonly becomes?: Net;
  readonly path?: string;
  readonly isWildcard: boolean;
}

/** What becomes of the fragments that it matches: they are put together, or left as they are. An anchor of such has a path. */
export interface Scrub extends Criteria {
  readonly kind: "scrub";
  readonly reassembles: boolean;
  readonly path?: string;
  readonly isWildcard: boolean;
}

/** `content`: absent where a file only names it, and what is loaded stays. */
export interface Table {
  readonly line: number;
  readonly isPersistent: boolean;
  readonly content?: TableContent;
}
export interface TableContent {
  readonly count: number;
  readonly ipv4: Addresses;
  readonly ipv6: Addresses;
}

export interface Ruleset {
  readonly tables: ReadonlyMap<string, Table>;
  readonly scrubs: readonly Scrub[];
  readonly entries: readonly (Rule | Anchor)[];
  readonly translations: readonly Translation[];
}

/** By path; the main ruleset has the empty one. */
export type Program = ReadonlyMap<string, Ruleset>;

/** A line that pfctl of macOS does not load, or that means another thing than it says. */
export class Unreadable extends Error {
  readonly line: number;

  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

export const loopback = "lo0";
