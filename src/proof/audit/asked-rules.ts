import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Hook, Rule } from "./rules.ts";
import { type Asked, Tests } from "./tests.ts";

/** The packet sets of rules, which no question changes. */
export class AskedRules {
  readonly space: PacketSpace;
  readonly #ordinary: Tests;
  readonly #any: Tests;
  readonly #known = new Map<Rule, Map<string, Asked>>();

  constructor(space: PacketSpace, carried?: PacketSet) {
    this.space = space;
    this.#ordinary = new Tests(space, true, carried);
    this.#any = new Tests(space, false);
  }

  /** In `output` packets show where they were routed first. */
  of(rule: Rule, hook: Hook, isOrdinary: boolean): Asked {
    const key = `${hook === "output"} ${isOrdinary}`;
    const known = this.#known.get(rule) ?? new Map<string, Asked>();
    this.#known.set(rule, known);
    const made = known.get(key) ?? this.#asked(rule, hook, isOrdinary);
    known.set(key, made);
    return made;
  }

  #asked({ tests }: Rule, hook: Hook, isOrdinary: boolean): Asked {
    const asked = (isOrdinary ? this.#ordinary : this.#any).all(tests);
    if (hook !== "output") return asked;
    const { known, unknown } = asked;
    const swapped = ({ least, most }: Asked["known"]) => ({ least: asRouted(least), most: asRouted(most) });
    return { known: swapped(known), unknown: swapped(unknown) };
  }
}

/** What a set says of where packets leave, said of where they were routed first. */
export const asRouted = (set: PacketSet): PacketSet =>
  set.whenSwapped(["outName", "routedName"], ["outKind", "routedKind"]);
