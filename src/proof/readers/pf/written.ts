import type { Comparison, Direction, Host, IdTest, Keeps, Named, Net, Version } from "./program.ts";

/** A statement as it is written, before its lists are expanded. Empty: nothing is asked. */
export interface WrittenCriteria {
  readonly line: number;
  readonly direction?: Direction;
  readonly isLogged: boolean;
  readonly isQuick: boolean;
  readonly interfaces: readonly Named[];
  readonly route?: string;
  readonly version?: Version;
  readonly protocols: readonly number[];
  readonly sources: readonly Host[];
  readonly sourcePorts: readonly Comparison[];
  readonly destinations: readonly Host[];
  readonly destinationPorts: readonly Comparison[];
  readonly options: WrittenOptions;
}
export interface WrittenOptions {
  readonly users: readonly IdTest[];
  readonly groups: readonly IdTest[];
  readonly flags?: "any" | "S/SA";
  readonly icmp?: {
    readonly version: Version;
    readonly types: readonly { readonly type: number; readonly code?: number }[];
  };
  readonly keeps?: Keeps;
  readonly isOfFragments: boolean;
  readonly allowsOptions: boolean;
  readonly label?: string;
  readonly tag?: string;
  readonly tagged?: Named;
}
export interface WrittenRule extends WrittenCriteria {
  readonly kind: "rule";
  readonly action: "pass" | "drop" | "return";
}
export interface WrittenAnchor extends WrittenCriteria {
  readonly kind: "anchor";
  readonly path: string;
  readonly inside?: readonly (WrittenRule | WrittenAnchor)[];
}
/** `no scrub`: fragments stay as they are. Other words are about what else is done to a packet. */
export interface WrittenScrub extends WrittenCriteria {
  readonly kind: "scrub";
  readonly isExcepted: boolean;
  readonly words: readonly string[];
  readonly path?: string;
}
export interface WrittenTable {
  readonly kind: "table";
  readonly line: number;
  readonly name: string;
  readonly words: readonly string[];
  /** Absent: it is only named. */
  readonly content?: readonly Host[];
  readonly file?: string;
}
/** What changes addresses, or an anchor of such. What they become is not kept: rules see it as it is then. */
export interface WrittenTranslation extends WrittenCriteria {
  readonly kind: "translation";
  readonly what: "nat" | "rdr" | "binat";
  /** `no nat`: nothing is changed. */
  readonly isExcepted: boolean;
  readonly isFinal: boolean;
  readonly path?: string;
  readonly becomes?: Net;
}
/** `set` and what else is of macOS, but nothing that ksp writes. */
export interface WrittenOther {
  readonly kind: "set" | "macro" | "other";
  readonly line: number;
  readonly words: readonly string[];
}
export type Written = WrittenRule | WrittenAnchor | WrittenScrub | WrittenTable | WrittenTranslation | WrittenOther;
