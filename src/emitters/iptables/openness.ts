import type { Plan } from "../../ir/plan.ts";
import { stateName } from "../../ir/states.ts";
import { chainName } from "./names.ts";

/** How open each state is, by the chain of what leaves: whether the daemon's rules are there, each chain's level, the portal. */
export function openness({ lockdown, states, portal }: Plan): object {
  const [down] = states;
  const chains = down ? levelsOf(down.state) : [];
  const all: readonly (readonly [string, readonly number[]])[] = [
    [lockdown.state, [0, ...chains, 0]],
    ...states.map(({ state }) => [state, [1, ...levelsOf(state), 0]] as const),
    ...(portal ? [[portal.state, [1, ...chains, 1]] as const] : []),
  ];
  return {
    states: all.map(([state, levels]) => ({
      chain: chainName(`out_${stateName(state)}`),
      levels: levels.join(" "),
    })),
    unknown: [1, ...chains, 1].map(() => mostHops + 1).join(" "),
  };
}

/** More than any chain has. */
const mostHops = 99;

/** Of `private:hop1+work:up` one and all. */
const levelsOf = (state: string): readonly number[] =>
  state.split("+").map((of) => {
    const level = of.split(":").at(-1) ?? "";
    return level === "down" ? 0 : level === "up" ? mostHops : Number(level.slice("hop".length));
  });
