import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Chain } from "../policy.ts";
import { levelName } from "../states.ts";
import type { Check } from "./check.ts";
import { chainWithout, statesNamed } from "./support/conditions.ts";
import { placeOfChain } from "./support/hops.ts";

/** A statement for a state that never comes is dead, and an `expect` for it claims nothing. */
export const unreachableState: Check = ({ policy, origins }) =>
  statesNamed(policy).flatMap((state) => {
    const at = placeOf(origins, state.id, "while");
    const spelt = state.chain === undefined ? state.level : `${state.chain}:${state.level}`;
    if (state.level === "disabled" && state.kind !== "expect")
      return diagnostic(
        "KSP2037",
        { state: spelt },
        { at, label: "no rule is in force there", help: "remove the state, or the statement" },
      );
    if (state.level === "portal" && !policy.portal)
      return diagnostic(
        "KSP2037",
        { state: spelt },
        { at, label: "the policy has no `portal` statement", help: "add one, or remove the state" },
      );
    const chain = chainWithout(policy, state);
    if (!chain) return [];
    return diagnostic(
      "KSP2037",
      { state: spelt },
      {
        at,
        label: `\`${chain.name}\` has the states ${levelsOf(chain)}`,
        secondary: [{ span: placeOfChain(policy, origins, chain), text: hops(chain.hops.length) }],
        help:
          state.chain === undefined && policy.chains.length > 1
            ? "name one chain, such as `CHAIN:hop1`"
            : "name one of these states",
      },
    );
  });

const levelsOf = (chain: Chain): string =>
  Array.from({ length: chain.hops.length + 1 }, (_, level) => `\`${levelName(level, chain)}\``).join(", ");

const hops = (count: number): string => (count === 1 ? "one hop" : `${count} hops`);
