import type { Ruleset } from "../../ir/ruleset.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Document, Filter } from "../readers/wfp/document.ts";
import { inForce, type Meaning, type Moment, moments, type Question, questions } from "../readers/wfp/meaning.ts";
import type { Difference } from "../translation/comparison.ts";
import type { SameOnWindows } from "../translation/same-on-windows.ts";
import { type Bounds, type Judge, Transitions } from "./transition.ts";

/** What the engine holds at rest. Without a ruleset nothing of ours, and everything passes. */
export interface WfpStanding {
  readonly filters: readonly Filter[];
  readonly ruleset?: Ruleset;
}

/** From one state to another. */
export interface WfpMove {
  readonly name: string;
  readonly from: WfpStanding;
  readonly to: WfpStanding;
  /** What is held after each transaction. A crash in the midst of one leaves what was held before. */
  readonly steps: readonly (readonly Filter[])[];
  /** What may be held besides, or not, at the end. */
  readonly leftovers: readonly Filter[];
}

/** One transaction, as the script makes it: all of ours goes, and all of the document comes. Filters of the boot may not be listed, so old ones may stay. */
export function applied(from: WfpStanding, to: WfpStanding): Pick<WfpMove, "steps" | "leftovers"> {
  const wanted = new Set(to.filters.map(({ key }) => key));
  return {
    steps: [to.filters],
    leftovers: from.filters.filter(({ key, lifetime }) => lifetime === "boot" && !wanted.has(key)),
  };
}

/** Why what outlasts a boot might be about something else then. Undefined: it holds literals only. */
export function unlasting({ filters }: Document): string | undefined {
  for (const { line, lifetime, when } of filters) {
    if (lifetime !== "static" && when.interfaces)
      return `line ${line} names an interface, which may be another one after a boot`;
    if (lifetime === "boot" && (when.programs ?? when.services))
      return `line ${line} names a program, and none is known before the engine starts`;
  }
  return undefined;
}

/**
 * Looks for a packet that goes as in neither state. Each packet is asked about in one layer, so it does not matter whether all
 * layers change in one moment.
 */
export class MovesOfWfp {
  readonly #meaning: Meaning;
  readonly #same: SameOnWindows;
  readonly #sublayer: Document["sublayer"];
  readonly #transitions = new Transitions();
  readonly #known = new Map<string, PacketSet>();
  readonly #numbers = new Map<string, number>();
  readonly #planned = new Map<Ruleset, PacketSet>();

  constructor(meaning: Meaning, same: SameOnWindows, sublayer: Document["sublayer"]) {
    this.#meaning = meaning;
    this.#same = same;
    this.#sublayer = sublayer;
  }

  broken(move: WfpMove): Difference | undefined {
    for (const question of questions) {
      const found = this.#onTheWay(move, question);
      if (found) return found;
    }
    for (const moment of moments) {
      const found = this.#unfinished(move, moment);
      if (found) return found;
    }
    return undefined;
  }

  #onTheWay({ from, to, steps }: WfpMove, question: Question): Difference | undefined {
    const judge: Judge = {
      before: boundsOf([this.#passes(from.filters, "running", question)]),
      after: boundsOf(steps.map((filters) => this.#passes(filters, "running", question))),
    };
    const within = this.#meaning.shown(question).intersect(this.#same.there);
    const [old = within, after = within] = [from, to].map((end) => this.#plannedOf(end));
    return this.#transitions.difference({ judges: [judge], within, old, new: after }, this.#same, true);
  }

  /** What is left in the end is the state that the move leads to, whatever of the rest is left beside it. */
  #unfinished({ to, steps, leftovers }: WfpMove, moment: Moment): Difference | undefined {
    const last = steps.at(-1) ?? [];
    const beside = (action: Filter["action"]) => leftovers.filter((filter) => filter.action === action);
    for (const question of questions) {
      const wanted = this.#passes(to.filters, moment, question);
      const most = this.#passes([...last, ...beside("permit")], moment, question);
      const least = this.#passes([...last, ...beside("block")], moment, question);
      if (most.equals(wanted) && least.equals(wanted)) continue;
      const within = this.#meaning.shown(question).intersect(this.#same.there);
      const found =
        this.#same.some(
          most.minus(wanted).intersect(within),
          `${moment}: it passes where the move ends, and should not`,
        ) ??
        this.#same.some(
          wanted.minus(least).intersect(within),
          `${moment}: it does not pass where the move ends, and should`,
        );
      if (found) return found;
    }
    return undefined;
  }

  /** Most moves end in the very filters of a state, and each set of them is asked once. */
  #passes(filters: readonly Filter[], moment: Moment, question: Question): PacketSet {
    const numbers = filters
      .filter(({ layer }) => layer === question.layer)
      .map(({ content }) => this.#numberOf(content));
    const key = `${moment} ${question.as} ${question.layer} ${numbers.sort((a, b) => a - b)}`;
    const known =
      this.#known.get(key) ?? this.#meaning.judged([inForce({ filters, sublayer: this.#sublayer }, moment)], question);
    this.#known.set(key, known);
    return known;
  }

  #numberOf(content: string): number {
    const number = this.#numbers.get(content) ?? this.#numbers.size;
    this.#numbers.set(content, number);
    return number;
  }

  #plannedOf({ ruleset }: WfpStanding): PacketSet | undefined {
    if (!ruleset) return undefined;
    const known = this.#planned.get(ruleset) ?? this.#same.planned(ruleset);
    this.#planned.set(ruleset, known);
    return known;
  }
}

function boundsOf([first, ...more]: readonly PacketSet[]): Bounds {
  if (!first) throw new Error("a move has a step");
  return { least: more.reduce((a, b) => a.intersect(b), first), most: first.union(...more) };
}
