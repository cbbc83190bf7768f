import type { PacketSpace } from "../../packet-space.ts";
import type { PacketSet } from "../../packets/packet-set.ts";
import { type Ruling, type Verdict, VerdictFunction } from "../../packets/verdict-function.ts";
import { type Marked, openFamilies, type Place, Questions } from "./asked.ts";
import type { Chain, Condition, Hook, Log, Program, Rule, RuleVerdict, Table } from "./program.ts";

/** What the rules at a hook say of every packet. */
export interface Judged {
  /** Undecided: only the chain's policy speaks. */
  readonly rules: VerdictFunction;
  readonly policy: "accept" | "drop";
  readonly passes: PacketSet;
  /** Which connections are marked behind the hook. */
  readonly marks: readonly Marked[];
  readonly told: readonly Told[];
}
/** What is logged, in the order of the rules. */
interface Told {
  readonly log: Log;
  readonly set: PacketSet;
}

/** Changes of addresses at a hook: the first rule that matches decides. */
export interface Rewriting {
  /** `masquerade`, or `dnat` with its target. */
  readonly change: string;
  readonly set: PacketSet;
}

/** The packet sets of programs, in one space; chains that states share are worked out once. */
export class Meaning {
  readonly space: PacketSpace;
  readonly #questions: Questions;
  readonly #asked = new WeakMap<Rule, PacketSet>();
  readonly #functions = new WeakMap<Chain, Map<string, VerdictFunction>>();

  constructor(space: PacketSpace) {
    this.space = space;
    this.#questions = new Questions(space);
  }

  /** Undefined: nothing is judged there, so everything passes. */
  judged(program: Program, tableName: string, hook: Hook, place: Place): Judged | undefined {
    const table = program.tables.get(tableName);
    const chains = table
      ? [...table.chains.values()].filter(({ base }) => base?.type === "filter" && base.hook === hook)
      : [];
    const [chain, ...more] = chains;
    if (!table || !chain?.base) return undefined;
    if (more.length > 0) throw new Error(`two chains judge in ${hook}`);
    const { space } = this;
    const { policy } = chain.base;
    const steps: (Ruling | VerdictFunction)[] = [];
    const told: Told[] = [];
    let { marks } = place;
    for (const rule of chain.rules) {
      const at = { ...place, marks };
      if (rule.log || rule.marks) {
        const set = VerdictFunction.firstMatch(space, steps)
          .undecided()
          .intersect(this.#set(rule, table, at));
        if (rule.log) told.push({ log: rule.log, set });
        if (rule.marks) marks = marked(marks, set, rule.marks);
      }
      const step = this.#step(rule, table, at);
      if (step) steps.push(step);
    }
    const rules = VerdictFunction.firstMatch(space, steps).ended();
    const passes = policy === "accept" ? rules.permitted().union(rules.undecided()) : rules.permitted();
    return { rules, policy, passes, marks, told };
  }

  /** Where there is no chain everything passes. */
  unjudged(): Judged {
    const { space } = this;
    return {
      rules: VerdictFunction.firstMatch(space, []),
      policy: "accept",
      passes: space.all,
      marks: [],
      told: [],
    };
  }

  rewritings(program: Program, tableName: string, hook: Hook, place: Place): readonly Rewriting[] {
    const table = program.tables.get(tableName);
    const chains = table
      ? [...table.chains.values()].filter(({ base }) => base?.type === "nat" && base.hook === hook)
      : [];
    const [chain, ...more] = chains;
    if (!table || !chain) return [];
    if (more.length > 0) throw new Error(`two chains rewrite in ${hook}`);
    let left = this.space.all;
    const found: Rewriting[] = [];
    for (const rule of chain.rules) {
      if (!rule.verdict) continue;
      const set = this.#set(rule, table, place).intersect(left);
      left = left.minus(set);
      if (rule.verdict.kind !== "accept") found.push({ change: changeText(rule.verdict), set });
    }
    return found;
  }

  /** The rules of a chain, up to where it falls back; `return` ends it. */
  #function(chain: Chain, table: Table, place: Place): VerdictFunction {
    const steps = chain.rules.flatMap((rule) => this.#step(rule, table, place) ?? []);
    // Equal steps mean the same, in whichever state and place.
    const key = steps.map((step) => ("verdict" in step ? `${step.verdict} ${step.set.node}` : step.node)).join();
    const known = this.#functions.get(chain) ?? new Map<string, VerdictFunction>();
    this.#functions.set(chain, known);
    const made = known.get(key) ?? VerdictFunction.firstMatch(this.space, steps);
    known.set(key, made);
    return made;
  }

  #step(rule: Rule, table: Table, place: Place): Ruling | VerdictFunction | undefined {
    const { verdict } = rule;
    if (!verdict) return undefined;
    const set = this.#set(rule, table, place);
    if (verdict.kind !== "jump" && verdict.kind !== "goto") return { set, verdict: verdictOf(verdict) };
    const to = table.chains.get(verdict.chain);
    if (!to) throw new Error(`no chain ${verdict.chain}`);
    if (set.isEmpty()) return { set, verdict: "none" };
    const there = this.#function(to, table, place);
    if (verdict.kind === "jump") return there.ended().inside(set);
    // There is nothing to come back to.
    return VerdictFunction.firstMatch(this.space, [there, { set: this.space.all, verdict: "return" }]).inside(set);
  }

  /** Of what is refused by a set that is filled late nothing may pass meanwhile; whether something is accepted late matters to nobody. */
  #set(rule: Rule, table: Table, at: Place): PacketSet {
    const { conditions } = rule;
    const { moment, ...filled } = at;
    const place: Place = rule.verdict?.kind === "accept" ? filled : at;
    const families = openFamilies(conditions, table, place.isOpen);
    const isFixed = place.moment === undefined && !conditions.some(dependsOnPlace);
    const known = isFixed ? this.#asked.get(rule) : undefined;
    if (known) return known;
    const asked = this.#questions.all(conditions, table, place);
    const isTimed = conditions.some(({ kind }) => kind === "open");
    const set = isTimed ? asked.intersect(this.space.family(...families)) : asked;
    if (isFixed) this.#asked.set(rule, set);
    return set;
  }
}

const dependsOnPlace = (condition: Condition): boolean => {
  switch (condition.kind) {
    case "name":
    case "interface-kind":
      return condition.side === "in";
    case "locality":
      return condition.side === undefined;
    case "address":
      return typeof condition.among === "string";
    default:
      return ["arrived", "open", "translated", "connection-mark", "frame", "framed"].includes(condition.kind);
  }
};

function verdictOf(verdict: RuleVerdict): Verdict {
  switch (verdict.kind) {
    case "accept":
      return "permit";
    case "drop":
      return "block";
    case "return":
      return "return";
    case "reject":
      return verdict.with === "reset" ? "reset" : "reject";
    default:
      throw new Error(`${verdict.kind} judges nothing`);
  }
}

function changeText(verdict: RuleVerdict): string {
  if (verdict.kind !== "dnat") return verdict.kind;
  return `dnat ${verdict.family} ${verdict.address}${verdict.port === undefined ? "" : ` ${verdict.port}`}`;
}

/** The marks once these packets were given theirs. */
function marked(
  marks: readonly Marked[],
  set: PacketSet,
  { keep, add }: { readonly keep: number; readonly add: number },
): readonly Marked[] {
  const before = [
    ...marks,
    {
      mark: 0,
      set: set
        .minus(set)
        .union(...marks.map((m) => m.set))
        .complement(),
    },
  ];
  const changed = before.flatMap(({ mark, set: of }) => [
    { mark, set: of.minus(set) },
    { mark: ((mark & keep) | add) >>> 0, set: of.intersect(set) },
  ]);
  return changed.filter(({ mark, set: of }) => mark !== 0 && !of.isEmpty());
}
