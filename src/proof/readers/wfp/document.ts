import type { Addresses } from "../../address-classes.ts";

/** What a document says, in the words of WFP; no name of an interface, program or service is looked up. */
export interface Document {
  readonly policy: string;
  readonly state: string;
  readonly provider: string;
  readonly sublayer: { readonly key: string; readonly weight: number };
  readonly filters: readonly Filter[];
}

export const layers = [
  "connect-v4",
  "connect-v6",
  "accept-v4",
  "accept-v6",
  "forward-v4",
  "forward-v6",
  "error-out-v4",
  "error-out-v6",
  "error-in-v4",
  "error-in-v6",
] as const;
export type Layer = (typeof layers)[number];
export const lifetimes = ["static", "persistent", "boot"] as const;
export type Lifetime = (typeof lifetimes)[number];
export const addressTypes = ["unicast", "multicast", "broadcast"] as const;

export interface Filter {
  readonly line: number;
  /** Everything but the key. Two filters are one where this is the same. */
  readonly content: string;
  readonly key: string;
  readonly layer: Layer;
  readonly weight: number;
  readonly action: "permit" | "block";
  readonly lifetime: Lifetime;
  readonly when: Conditions;
}

export interface Span {
  readonly first: number;
  readonly last: number;
}

/** Each asks for one of its values; absent, for nothing. */
export interface Conditions {
  readonly loopback?: true;
  readonly interfaces?: readonly string[];
  readonly localTypes?: readonly (typeof addressTypes)[number][];
  readonly local?: Addresses;
  readonly remote?: Addresses;
  readonly protocols?: readonly number[];
  readonly icmpTypes?: readonly number[];
  readonly localPorts?: readonly Span[];
  readonly remotePorts?: readonly Span[];
  readonly programs?: readonly string[];
  readonly services?: readonly string[];
}

/** A line that is not understood, or that Windows would not take as it reads. */
export class Unreadable extends Error {
  readonly line: number;

  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}
