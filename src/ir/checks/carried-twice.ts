import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { type AddressSet, formatSet, intersect, isSubset } from "../../net/address-set.ts";
import { placeOf } from "../origins.ts";
import type { Policy, Tunnel } from "../policy.ts";
import { chainOf } from "../states.ts";
import type { Check } from "./check.ts";
import { byPlace } from "./support/places.ts";

/** Prefixes that a tunnel names leave by no other: what two of them name is a contradiction, unless they are alternatives. */
export const carriedTwice: Check = ({ policy, origins }) => {
  const tunnels = byPlace(origins, policy.tunnels);
  return tunnels.flatMap((second, i) =>
    tunnels.slice(0, i).flatMap((first) => {
      const [a, b] = [first.carries.prefixes ?? [], second.carries.prefixes ?? []];
      const both = intersect(a, b);
      if (both.length === 0 || areAlternatives(first, second) || areInOneChain(policy, first, second)) return [];
      const prefixes = both.length > 3 ? `${formatSet(both.slice(0, 3))} and more` : formatSet(both);
      return diagnostic(
        "KSP2041",
        { first: first.name, second: second.name, prefixes },
        {
          at: placeOf(origins, second.id, "carries"),
          label: `\`${second.name}\` names it …`,
          secondary: [{ span: placeOf(origins, first.id, "carries"), text: `… and so does \`${first.name}\`` }],
          notes: ["what a tunnel names leaves by that tunnel and no other"],
          help: areEqual(a, b)
            ? "name it in one of them; only tunnels that carry everything are alternatives"
            : "take the part out of one of them with `except`",
        },
      );
    }),
  );
};

const areEqual = (a: AddressSet, b: AddressSet): boolean => isSubset(a, b) && isSubset(b, a);
/** Whichever is up carries the one as well as the other. */
const areAlternatives = ({ carries: a }: Tunnel, { carries: b }: Tunnel): boolean =>
  a.everything && b.everything && areEqual(a.prefixes ?? [], b.prefixes ?? []);
const areInOneChain = (policy: Policy, a: Tunnel, b: Tunnel): boolean =>
  chainOf(policy, a.name).chain.name === chainOf(policy, b.name).chain.name;
