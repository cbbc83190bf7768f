import { empty, type Program } from "../readers/nft/program.ts";
import type { Move, Standing } from "./nft.ts";

/** What files leave in the kernel, by the name of what is in force then. */
export interface Stands {
  readonly lockdown: Standing;
  /** All of `ruleset.nft`, in its first state. */
  readonly reloaded: Standing;
  /** Each state that a switch leads to. */
  readonly states: ReadonlyMap<string, Standing>;
  readonly disabled: Program;
}

/** Every change of what is in force: a daemon that starts late, or again, may find any of it. Each is one transaction. */
export function* movesOf({ lockdown, reloaded, states, disabled }: Stands): Generator<Move> {
  const open = { program: disabled };
  const nothing = { program: empty };
  const remade = { isRemade: true };
  const switched = { isRemade: false };
  const [down] = states.keys();
  const bundle = [
    ["lockdown", lockdown],
    [`${down}, loaded anew`, reloaded],
  ] as const;
  for (const [to, after] of bundle) {
    yield { name: `nothing -> ${to}`, stands: [nothing, after], ...remade };
    yield { name: `disabled -> ${to}`, stands: [open, after], ...remade };
    for (const [from, before] of [["lockdown", lockdown] as const, ...states])
      yield { name: `${from} -> ${to}`, stands: [before, after], ...remade };
  }
  for (const [from, before] of states) {
    for (const [to, after] of states)
      if (from !== to) yield { name: `${from} -> ${to}`, stands: [before, after], ...switched };
    yield { name: `${from} -> disabled`, stands: [before, open], ...switched };
    yield { name: `${from} -> uninstalled`, stands: [before, nothing], ...remade };
  }
}
