import type { Address } from "../../net/address.ts";

/** What guarding needs of a kernel: the rules of one bundle, and whichever program puts them there. Nothing here throws. */
export interface Kernel {
  /** Makes what the rules rely on besides themselves, and names it: another name later is another thing. */
  readonly grounds: () => Promise<string>;
  /** Puts a file of the bundle in force, named without its ending: `ruleset`, `switch/up`. Says why it did not. */
  readonly load: (name: string) => Promise<string | undefined>;
  /** Whether a table of the policy, such as a host, is a set that waits to be filled. */
  readonly canFill: (table: string) => boolean;
  /** Puts addresses in place of what the sets of that table hold. */
  readonly fill: (table: string, addresses: readonly Address[]) => Promise<string | undefined>;
  /** All that is ours, or why that cannot be told. */
  readonly list: () => Promise<Listed | Fault>;
  /** As much as tells the state, however long lists are; the rest is taken to be as expected. */
  readonly glance: (expected: Listing) => Promise<Listing | Fault>;
  /** Whether what was heard of a transaction is a switch to that state and nothing else, so that nobody need look. */
  readonly hasTold: (heard: readonly string[] | undefined, state: string) => boolean;
  /** Whether texts of a listing mean what the files say, with a state in force. It may take its time. */
  readonly meaning: (texts: readonly string[], state: string) => Promise<Answer>;
  readonly listen: (on: Hearing) => Listener;
  /** Ends what waits for the next load. */
  readonly stop: () => void;
}

export interface Fault {
  readonly fault: string;
}

/** What the kernel lists of our rules, without what changes by itself: equal listings, equal rules. */
export interface Listing {
  /** Everything but what a switch replaces and what is filled. */
  readonly fixed: string;
  /** By the name in its files, or `free`; undefined where it is anything else, or here one and there another. */
  readonly state: string | undefined;
  /** Set → its elements, of those that are filled while the rules are loaded. */
  readonly filled: ReadonlyMap<string, string>;
}
/** Everything passes: what `disable` leaves. No state of a policy is called so. */
export const free = "free";

/** A whole listing, with what was printed. */
export interface Listed extends Listing {
  readonly texts: readonly string[];
}

export const sameListing = (a: Listing, b: Listing): boolean =>
  a.fixed === b.fixed && a.state === b.state && JSON.stringify([...a.filled]) === JSON.stringify([...b.filled]);

/** `difference`: a packet, or a place, of which the kernel holds something else. `unread`: nobody can tell. */
export type Answer =
  | { readonly kind: "same" }
  | { readonly kind: "difference"; readonly what: string }
  | { readonly kind: "unread"; readonly why: string };

export interface Hearing {
  readonly tampered: (what: string) => void;
  /** Something of ours may have changed: glance. */
  readonly touched: () => void;
  /** Changes may have been missed: compare. */
  readonly unsure: (why: string) => void;
  /** Somebody added a rule that takes packets past ours. */
  readonly bypassed: (how: string) => void;
}

/** A transaction of ours. */
export interface Announced {
  /** What the kernel told of it, line by line; undefined where it was not heard in time. */
  readonly heard: Promise<readonly string[] | undefined>;
  /** It did not happen. */
  readonly cancel: () => void;
}

/** Somebody who hears every change of our rules. */
export interface Listener {
  /** It listens, or has given up for now: a first change of ours would not be told from another's before. */
  readonly ready: Promise<void>;
  /** One load of ours follows. */
  expect(): Announced;
  stop(): void;
}
