import type { PacketSpace } from "../../packet-space.ts";
import type { PacketSet } from "../../packets/packet-set.ts";
import { type Ruling, type Verdict, VerdictFunction } from "../../packets/verdict-function.ts";
import { type Hook, type Place, Questions } from "./asked.ts";
import type { IpFamily, Program, Rule, Table, Target } from "./program.ts";

/** What the rules at a hook say of every packet; who comes back to the kernel's own chain passes, as far as these are asked. */
export interface Judged {
  readonly rules: VerdictFunction;
  readonly passes: PacketSet;
  readonly told: readonly { readonly count: number; readonly per: number; readonly set: PacketSet }[];
}

/** Changes of addresses at a hook: the first rule that matches decides. */
export interface Rewriting {
  /** `masquerade`, or `dnat` with its target. */
  readonly change: string;
  readonly set: PacketSet;
}

/** The packet sets of programs, in one space; chains that states share are worked out once. */
export class Meaning {
  readonly #space: PacketSpace;
  readonly #questions: Questions;
  readonly #functions = new WeakMap<readonly Rule[], Map<string, VerdictFunction>>();

  constructor(space: PacketSpace) {
    this.#space = space;
    this.#questions = new Questions(space);
  }

  judged(program: Program, hook: Hook, place: Place): Judged {
    const { table, rules } = tableAt(program, hook);
    const of = (singled?: Singled) =>
      this.#function(rules, { program, table, hook, place, ...(singled && { singled }) }).ended();
    const verdicts = of();
    const logs = reached(rules, table).filter(({ target }) => target.kind === "log");
    return {
      rules: verdicts,
      passes: verdicts.permitted().union(verdicts.undecided()),
      told: logs.flatMap((rule) =>
        rule.target.kind === "log"
          ? [{ count: rule.target.count, per: rule.target.per, set: of(new Set([rule])).with(singledOut) }]
          : [],
      ),
    };
  }

  rewritings(program: Program, hook: Hook, place: Place): readonly Rewriting[] {
    const { table, rules } = tableAt(program, hook);
    const { family } = program;
    const changing = reached(rules, table).filter(({ target }) => changeText(target, family) !== undefined);
    return [...Map.groupBy(changing, ({ target }) => changeText(target, family) ?? "")].map(([change, of]) => {
      const at = { program, table, hook, place, singled: new Set(of) };
      return { change, set: this.#function(rules, at).with(singledOut) };
    });
  }

  /** The rules of a chain, up to where it comes back; `return` ends it. */
  #function(rules: readonly Rule[], at: At): VerdictFunction {
    const steps = rules.flatMap((rule) => this.#step(rule, at) ?? []);
    // Equal steps mean the same, in whichever state and hook.
    const key = steps.map((step) => ("verdict" in step ? `${step.verdict} ${step.set.node}` : step.node)).join();
    const known = this.#functions.get(rules) ?? new Map<string, VerdictFunction>();
    this.#functions.set(rules, known);
    const made = known.get(key) ?? VerdictFunction.firstMatch(this.#space, steps);
    known.set(key, made);
    return made;
  }

  #step(rule: Rule, at: At): Ruling | VerdictFunction | undefined {
    const set = this.#questions.all(rule, at.program, at.hook, at.place);
    const { target } = rule;
    if (at.singled?.has(rule)) return { set, verdict: singledOut };
    switch (target.kind) {
      case "accept":
      case "dnat":
      case "masquerade":
        return { set, verdict: "permit" };
      case "drop":
        return { set, verdict: "block" };
      case "return":
        return { set, verdict: "return" };
      case "reject":
        return { set, verdict: target.with === "reset" ? "reset" : "reject" };
      case "log":
        return undefined;
      default: {
        if (set.isEmpty()) return { set, verdict: "none" };
        const there = this.#function(at.table.get(target.chain) ?? [], at);
        if (target.kind === "jump") return there.ended().inside(set);
        // There is nothing to come back to.
        return VerdictFunction.firstMatch(this.#space, [there, { set: this.#space.all, verdict: "return" }]).inside(
          set,
        );
      }
    }
  }
}

/** Rules whose packets are looked for. */
type Singled = ReadonlySet<Rule>;

interface At {
  readonly program: Program;
  readonly table: Table;
  readonly hook: Hook;
  readonly place: Place;
  readonly singled?: Singled;
}

/** A verdict that no rule has. */
const singledOut: Verdict = "block!";

function tableAt({ tables }: Program, hook: Hook): { readonly table: Table; readonly rules: readonly Rule[] } {
  const table = tables.get(hook.table);
  const rules = table?.get(hook.chain);
  if (!table || !rules) throw new Error(`no chain ${hook.chain}`);
  return { table, rules };
}

function changeText(target: Target, family: IpFamily): string | undefined {
  if (target.kind === "masquerade") return target.kind;
  if (target.kind !== "dnat") return undefined;
  return `dnat ${family} ${target.address}${target.port === undefined ? "" : ` ${target.port}`}`;
}

function reached(rules: readonly Rule[], table: Table, found = new Set<Rule>()): readonly Rule[] {
  for (const rule of rules) {
    if (found.has(rule)) continue;
    found.add(rule);
    const { target } = rule;
    if (target.kind === "jump" || target.kind === "goto") reached(table.get(target.chain) ?? [], table, found);
  }
  return [...found];
}
