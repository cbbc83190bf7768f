import { connections, fragments, localityAlphabet } from "../../dimensions.ts";
import type { PacketSpace } from "../../packet-space.ts";
import type { PacketSet } from "../../packets/packet-set.ts";
import { type Ruling, type Verdict, VerdictFunction } from "../../packets/verdict-function.ts";
import {
  type Condition,
  type IpFamily,
  type Program,
  type Rule,
  type Side,
  type Table,
  type TableName,
  Unreadable,
} from "./program.ts";

/** Where packets are judged, and which interface they have there. */
export interface Hook {
  readonly table: TableName;
  readonly chain: string;
  readonly side: Side;
}

/** What the rules at a hook say of every packet; who comes back to the kernel's own chain passes, as far as these are asked. */
export interface Judged {
  readonly rules: VerdictFunction;
  readonly passes: PacketSet;
  readonly told: readonly { readonly count: number; readonly per: number; readonly set: PacketSet }[];
}

/** The packet sets of programs, in one space; chains that states share are worked out once. */
export class Meaning {
  readonly #space: PacketSpace;
  readonly #sets = new WeakMap<Rule, Map<string, PacketSet>>();
  readonly #functions = new WeakMap<readonly Rule[], Map<string, VerdictFunction>>();

  constructor(space: PacketSpace) {
    this.#space = space;
  }

  judged({ family, tables }: Program, hook: Hook): Judged {
    const table = tables.get(hook.table);
    const rules = table?.get(hook.chain);
    if (!table || !rules) throw new Error(`no chain ${hook.chain}`);
    const of = (logging?: Rule) => this.#function(rules, { table, family, hook, ...(logging && { logging }) }).ended();
    const verdicts = of();
    const logs = [...reached(rules, table)].filter(({ target }) => target.kind === "log");
    return {
      rules: verdicts,
      passes: verdicts.permitted().union(verdicts.undecided()),
      told: logs.flatMap((rule) =>
        rule.target.kind === "log"
          ? [{ count: rule.target.count, per: rule.target.per, set: of(rule).with(logged) }]
          : [],
      ),
    };
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
    const set = this.#set(rule, at);
    const { target } = rule;
    switch (target.kind) {
      case "accept":
        return { set, verdict: "permit" };
      case "drop":
        return { set, verdict: "block" };
      case "return":
        return { set, verdict: "return" };
      case "reject":
        return { set, verdict: target.with === "reset" ? "reset" : "reject" };
      case "log":
        return at.logging === rule ? { set, verdict: logged } : undefined;
      default: {
        const there = this.#function(at.table.get(target.chain) ?? [], at);
        if (target.kind === "jump") return there.ended().inside(set);
        // There is nothing to come back to.
        return VerdictFunction.firstMatch(this.#space, [there, { set: this.#space.all, verdict: "return" }]).inside(
          set,
        );
      }
    }
  }

  #set(rule: Rule, { family, hook }: At): PacketSet {
    // What a question means depends on nothing else.
    const key = `${family} ${hook.side}`;
    const known = this.#sets.get(rule) ?? new Map<string, PacketSet>();
    this.#sets.set(rule, known);
    const made = known.get(key) ?? this.#all(rule, family, hook);
    known.set(key, made);
    return made;
  }

  #all(rule: Rule, family: IpFamily, hook: Hook): PacketSet {
    const { conditions } = rule;
    const one = (condition: Condition) => this.#one(condition, rule, hook);
    // From the last dimension up, so that a big list of addresses is made once and never walked again.
    let set = conditions
      .filter(isBelowAddresses)
      .map(one)
      .reduce((a, b) => a.intersect(b), this.#space.all);
    for (const end of ["source", "destination"] as const)
      for (const condition of conditions)
        if (condition.kind === "address" && condition.end === end) {
          const found = this.#address(condition, family, condition.isNegated ? this.#space.all : set);
          set = condition.isNegated ? set.minus(found) : found;
        }
    const above = conditions.filter((c) => !isBelowAddresses(c) && c.kind !== "address").map(one);
    return above.reduce((a, b) => a.intersect(b), this.#space.family(family)).intersect(set);
  }

  #one(condition: Condition, { line }: Rule, hook: Hook): PacketSet {
    const space = this.#space;
    const negated = (set: PacketSet, isNegated: boolean): PacketSet => (isNegated ? set.complement() : set);
    const sees = (side: Side): void => {
      if (side !== hook.side) throw new Unreadable(line, `nothing is known of that side in ${hook.chain}`);
    };
    switch (condition.kind) {
      case "name": {
        const { side, name, isPrefix, isNegated } = condition;
        sees(side);
        const classes = space.names.interfaces.of(
          isPrefix ? { kind: "prefix", prefix: name } : { kind: "named", name },
        );
        return negated(space.is(`${side}Name`, ...classes.map((n) => n + 1)), isNegated);
      }
      case "protocol":
        return space.is("protocol", condition.number);
      case "ports":
        return this.#showing().intersect(space.where(`${condition.end}Port`, condition.ranges));
      case "type":
        return this.#showing().intersect(space.is("icmpType", condition.number));
      case "hops":
        return space.is("hopLimit", condition.count);
      case "mark":
        return space.masked("mark", BigInt(condition.value), BigInt(condition.mask));
      case "owner":
        if (hook.side !== "out" || hook.chain === "FORWARD") throw new Unreadable(line, "an owner of what arrives");
        return space.is(condition.field, space.names.owners[condition.field].numberOf(condition.id));
      case "state":
        return space.is("connection", connections.numberOf(condition.state));
      case "locality":
        sees(condition.side);
        return negated(
          space.is(`${condition.end}Locality`, localityAlphabet.numberOf(condition.type)),
          condition.isNegated,
        );
      case "address":
        throw new Error("addresses are asked first");
    }
  }

  #address({ end, ranges }: Extract<Condition, { kind: "address" }>, family: IpFamily, inside: PacketSet): PacketSet {
    return this.#space.addresses(end, family, ranges, inside);
  }

  /** Ports and types stand in the first fragment alone. */
  #showing(): PacketSet {
    return this.#space.is("fragment", fragments.later).complement();
  }
}

interface At {
  readonly table: Table;
  readonly family: IpFamily;
  readonly hook: Hook;
  /** The one rule whose packets are looked for. */
  readonly logging?: Rule;
}

/** A verdict that no rule has: only the packets that come to a log rule do. */
const logged: Verdict = "block!";

const isBelowAddresses = ({ kind }: Condition): boolean =>
  ["protocol", "ports", "type", "hops", "mark", "owner"].includes(kind);

function reached(rules: readonly Rule[], table: Table, found = new Set<Rule>()): ReadonlySet<Rule> {
  for (const rule of rules) {
    if (found.has(rule)) continue;
    found.add(rule);
    const { target } = rule;
    if (target.kind === "jump" || target.kind === "goto") reached(table.get(target.chain) ?? [], table, found);
  }
  return found;
}
