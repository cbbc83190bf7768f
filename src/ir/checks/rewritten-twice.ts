import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { type AddressSet, overlaps } from "../../net/address-set.ts";
import { canonicalJson } from "../canonical.ts";
import { placeOf } from "../origins.ts";
import type { Forward } from "../policy.ts";
import type { Check } from "./check.ts";
import { byPlace } from "./support/places.ts";
import { transportsOverlap } from "./support/transports.ts";

/** A packet goes to one place; which of two would win is nobody's to guess. Rewrites do not ask for the state. */
export const rewrittenTwice: Check = ({ policy, origins }) => {
  const forwards = byPlace(origins, policy.forwards);
  return forwards.flatMap((second, i) =>
    forwards
      .slice(0, i)
      .filter((first) => disagree(first, second))
      .map((first) =>
        diagnostic(
          "KSP2076",
          {},
          {
            at: placeOf(origins, second.id, "rewrite"),
            label: "the second place",
            secondary: [{ span: placeOf(origins, first.id, "rewrite"), text: "the first place" }],
            help: "give each machine ports of its own",
          },
        ),
      ),
  );
};

function disagree(a: Forward, b: Forward): boolean {
  if (a.change?.kind !== "rewrite" || b.change?.kind !== "rewrite" || !a.transport || !b.transport) return false;
  return (
    canonicalJson(a.from) === canonicalJson(b.from) &&
    canonicalJson(a.change) !== canonicalJson(b.change) &&
    a.change.to[0]?.family === b.change.to[0]?.family &&
    transportsOverlap(a.transport, b.transport) &&
    meet(a.sources, b.sources)
  );
}

const meet = (a: AddressSet | undefined, b: AddressSet | undefined): boolean => !a || !b || overlaps(a, b);
