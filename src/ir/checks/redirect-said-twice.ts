import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";
import { byPlace } from "./support/places.ts";

/** A question goes to one resolver. */
export const redirectSaidTwice: Check = ({ policy, origins }) => {
  const [first, ...others] = byPlace(
    origins,
    policy.dns.filter(({ redirect, suffixes }) => redirect && suffixes.length === 0),
  );
  return others.map((dns) =>
    diagnostic(
      "KSP2006",
      { what: "`redirect`" },
      {
        at: placeOf(origins, dns.id),
        label: "the second time",
        secondary: [{ span: placeOf(origins, first?.id ?? dns.id), text: "the first time" }],
        help: "redirect to one of the two",
      },
    ),
  );
};
