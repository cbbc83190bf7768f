import type { Family } from "../net/address.ts";

/** What a name has of one family. */
export type Answer =
  /** None: the name exists and has no address of this family. */
  | { readonly kind: "addresses"; readonly addresses: readonly string[] }
  | { readonly kind: "no-such-name" }
  /** Nobody knows: no answer, a broken one, a refusal. */
  | { readonly kind: "failed"; readonly reason: string };

/** Asks the network. The program around the library gives it; nothing else of the library knows of one. */
export type Lookup = (host: string, family: Family) => Promise<Answer>;
