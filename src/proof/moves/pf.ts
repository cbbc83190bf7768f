import { connections } from "../dimensions.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Meaning } from "../readers/pf/meaning.ts";
import type { Direction, Program } from "../readers/pf/program.ts";
import type { Step } from "../readers/pf/read-moves.ts";
import type { Comparison, Difference } from "../translation/comparison.ts";

/**
 * Rules of pf change in one step, and flows outlive them: until their states are killed they go on, each on its interface and
 * in both directions. So a move passes what the old rules let pass or the new ones do, and at its end nothing may be left
 * that the new rules would not let begin.
 */
export class FlowsOfPf {
  readonly #comparison: Comparison;
  readonly #meaning: Meaning;
  readonly #macros: ReadonlyMap<string, string>;
  readonly #there: PacketSet;

  constructor(comparison: Comparison, meaning: Meaning, macros: ReadonlyMap<string, string>, there: PacketSet) {
    this.#comparison = comparison;
    this.#meaning = meaning;
    this.#macros = macros;
    this.#there = there;
  }

  /** A packet of a flow that the old rules let begin, the new ones would not, and no step ends. */
  left(steps: readonly Step[], before: Program, after: Program): Difference | undefined {
    if (steps.some(({ command }) => command.kind === "kill all")) return undefined;
    const { space } = this.#comparison;
    const going = connections.numberOf("established-original");
    const there = this.#there.intersect(space.is("connection", going));
    for (const direction of ["out", "in"] as const) {
      const [old, anew] = [before, after].map((program) => this.#meaning.opening(program, direction, "if-bound"));
      if (!old || !anew) continue;
      const left = old
        .intersect(space.direction(direction))
        .intersect(there)
        .minus(anew)
        .minus(this.#killed(steps, direction));
      const found = this.#comparison.some(left, "it was let begin by the old rules, and goes on under the new ones");
      if (found) return found;
    }
    return undefined;
  }

  #killed(steps: readonly Step[], direction: Direction): PacketSet {
    const { space } = this.#comparison;
    const sets = steps.flatMap(({ command }) => {
      if (command.kind !== "kill") return [];
      const { on, source, destination } = command;
      const name = on.startsWith("$") ? (this.#macros.get(on.slice(1)) ?? on) : on;
      const family = source.version === 4 ? "ipv4" : "ipv6";
      const named = space.names.interfaces.of({ kind: "named", name });
      return [
        space
          .is(`${direction}Name`, ...named.map((n) => n + 1))
          .intersect(space.addresses("source", family, [source], space.all))
          .intersect(space.addresses("destination", family, [destination], space.all))
          .intersect(space.family(family)),
      ];
    });
    return space.none.union(...sets);
  }
}
