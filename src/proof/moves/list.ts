/** What files leave in the kernel, by the name of what is in force then. */
export interface Stands<Standing> {
  readonly nothing: Standing;
  readonly lockdown: Standing;
  /** All rules, in their first state. */
  readonly reloaded: Standing;
  /** Each state that a switch leads to. */
  readonly states: ReadonlyMap<string, Standing>;
  readonly disabled: Standing;
}

interface Change<Standing> {
  readonly name: string;
  readonly from: Standing;
  readonly to: Standing;
  /** Whether rules are made anew, or some of them replaced. */
  readonly isRemade: boolean;
}

/** Every change of what is in force: a daemon that starts late, or again, may find any of it. */
export function* movesOf<S>({ nothing, lockdown, reloaded, states, disabled }: Stands<S>): Generator<Change<S>> {
  const [remade, switched] = [{ isRemade: true }, { isRemade: false }];
  const [down] = states.keys();
  const bundle = [
    ["lockdown", lockdown],
    [`${down}, loaded anew`, reloaded],
  ] as const;
  for (const [name, to] of bundle) {
    yield { name: `nothing -> ${name}`, from: nothing, to, ...remade };
    yield { name: `disabled -> ${name}`, from: disabled, to, ...remade };
    for (const [before, from] of [["lockdown", lockdown] as const, ...states])
      yield { name: `${before} -> ${name}`, from, to, ...remade };
  }
  for (const [before, from] of states) {
    for (const [after, to] of states)
      if (before !== after) yield { name: `${before} -> ${after}`, from, to, ...switched };
    yield { name: `${before} -> disabled`, from, to: disabled, ...switched };
    yield { name: `${before} -> uninstalled`, from, to: nothing, ...remade };
  }
}
