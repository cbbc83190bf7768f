import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { formatSet, intersect, isSubset } from "../../net/address-set.ts";
import { placeOf } from "../origins.ts";
import type { Policy, Tunnel } from "../policy.ts";
import { chainOf } from "../states.ts";
import type { Check } from "./check.ts";
import { byPlace } from "./support/places.ts";

/** Prefixes that a tunnel names leave nowhere else; equal ones are alternatives, a part that two name is a contradiction. */
export const carriedTwice: Check = ({ policy, origins }) => {
  const tunnels = byPlace(origins, policy.tunnels);
  return tunnels.flatMap((second, i) =>
    tunnels.slice(0, i).flatMap((first) => {
      const [a, b] = [first.carries.prefixes ?? [], second.carries.prefixes ?? []];
      const both = intersect(a, b);
      if (both.length === 0 || areEqual(a, b) || areInOneChain(policy, first, second)) return [];
      const prefixes = both.length > 3 ? `${formatSet(both.slice(0, 3))} and more` : formatSet(both);
      return diagnostic(
        "KSP2041",
        { first: first.name, second: second.name, prefixes },
        {
          at: placeOf(origins, second.id, "carries"),
          label: `\`${second.name}\` names it …`,
          secondary: [{ span: placeOf(origins, first.id, "carries"), text: `… and so does \`${first.name}\`` }],
          notes: ["what a tunnel names leaves by that tunnel and no other"],
          help: "take the part out of one of them with `except`",
        },
      );
    }),
  );
};

const areEqual = (a: Tunnel["carries"]["prefixes"] & {}, b: Tunnel["carries"]["prefixes"] & {}): boolean =>
  isSubset(a, b) && isSubset(b, a);
const areInOneChain = (policy: Policy, a: Tunnel, b: Tunnel): boolean =>
  chainOf(policy, a.name).chain.name === chainOf(policy, b.name).chain.name;
