import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import { chainOf } from "../states.ts";
import type { Check } from "./check.ts";
import { statesNamed } from "./support/conditions.ts";
import { placeOfChain } from "./support/hops.ts";

/** Only chains have states; a condition on one of their hops would hold always or never, and nobody could tell which. */
export const stateOfAHop: Check = ({ policy, origins }) =>
  statesNamed(policy).flatMap(({ id, chain: name }) => {
    if (name === undefined || policy.chains.some((chain) => chain.name === name)) return [];
    const { chain, hop } = chainOf(policy, name);
    return diagnostic(
      "KSP2038",
      { tunnel: name },
      {
        at: placeOf(origins, id, "while"),
        label: `\`${name}\` is a hop of a chain`,
        secondary: [{ span: placeOfChain(policy, origins, chain), text: `the states are those of \`${chain.name}\`` }],
        help: `name a state of the chain, such as \`${chain.name}:${hop === 0 ? "down" : `hop${hop}`}\``,
      },
    );
  });
