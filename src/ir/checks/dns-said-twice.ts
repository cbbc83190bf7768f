import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { canonicalJson } from "../canonical.ts";
import { placeOf } from "../origins.ts";
import type { Dns } from "../policy.ts";
import type { Check } from "./check.ts";
import { byPlace } from "./support/places.ts";

/** Resolvers for the same names by the same path are one list, whose order is the order of asking. */
export const dnsSaidTwice: Check = ({ policy, origins }) => {
  const first = new Map<string, Dns>();
  return byPlace(origins, policy.dns).flatMap((dns) => {
    const { path, owner, app, suffixes } = dns;
    const key = canonicalJson({ path, owner, app, suffixes: suffixes.toSorted() });
    const other = first.get(key);
    if (!other) {
      first.set(key, dns);
      return [];
    }
    return diagnostic(
      "KSP2006",
      { what: "`dns` for the same names and path" },
      {
        at: placeOf(origins, dns.id),
        label: "the second time",
        secondary: [{ span: placeOf(origins, other.id), text: "the first time" }],
        help: "name all resolvers in one statement, in the order of asking",
      },
    );
  });
};
