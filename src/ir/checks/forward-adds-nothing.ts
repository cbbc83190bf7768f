import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { type AddressSet, isSubset } from "../../net/address-set.ts";
import { canonicalJson } from "../canonical.ts";
import { placeOf } from "../origins.ts";
import type { Forward } from "../policy.ts";
import type { Check } from "./check.ts";
import { isConditionIn } from "./support/coverage.ts";
import { byPlace } from "./support/places.ts";
import { isTransportIn } from "./support/transports.ts";

/** A route inside another one stays behind when that one is narrowed. */
export const forwardAddsNothing: Check = ({ policy, origins }) => {
  const forwards = byPlace(origins, policy.forwards);
  return forwards.flatMap((inner, i) => {
    const wider = forwards.find(
      (outer, j) => i !== j && isForwardIn(inner, outer) && (j < i || !isForwardIn(outer, inner)),
    );
    if (!wider) return [];
    const at = placeOf(origins, inner.id);
    return diagnostic(
      "KSP2043",
      { what: "`forward`" },
      {
        at,
        label: "already open",
        secondary: [{ span: placeOf(origins, wider.id), text: "by this line" }],
        notes: ["without it the same packets pass, in every state"],
        help: { text: "remove it", edits: [{ span: at, text: "" }] },
      },
    );
  });
};

/** Only of the same change: another one sends the packets elsewhere, or with another address. */
const isForwardIn = (a: Forward, b: Forward): boolean =>
  canonicalJson([a.from, a.to, a.change ?? ""]) === canonicalJson([b.from, b.to, b.change ?? ""]) &&
  isConditionIn(a.while, b.while) &&
  isSetIn(a.sources, b.sources) &&
  isSetIn(a.destinations, b.destinations) &&
  isTransportIn(a.transport, b.transport);

const isSetIn = (a: AddressSet | undefined, b: AddressSet | undefined): boolean => !b || (!!a && isSubset(a, b));
