import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { countStates, mostStates } from "../states.ts";
import type { Check } from "./check.ts";
import { placeOfChain } from "./support/hops.ts";

/** Every state is a ruleset that somebody reviews, and independent chains multiply. */
export const tooManyStates: Check = ({ policy, origins }) => {
  const count = countStates(policy.chains);
  if (count <= mostStates) return [];
  return [
    diagnostic(
      "KSP2039",
      { count: `${count}` },
      {
        at: origins.head,
        label: `more than ${mostStates}`,
        secondary: policy.chains.map((chain) => ({
          span: placeOfChain(policy, origins, chain),
          text: `${chain.hops.length + 1} states`,
        })),
        notes: ["each state of a chain goes with each state of every other chain"],
        help: "remove tunnels, or split the policy",
      },
    ),
  ];
};
