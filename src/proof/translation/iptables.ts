import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import type { Direction, Ruleset } from "../../ir/ruleset.ts";
import { localityAlphabet } from "../dimensions.ts";
import { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { type Hook, type Judged, Meaning } from "../readers/iptables/meaning.ts";
import { type IpFamily, type Program, type Rule, type Sets, Unreadable } from "../readers/iptables/program.ts";
import { readSets } from "../readers/iptables/read-sets.ts";
import { load, nothing } from "../readers/iptables/read-text.ts";
import { vocabularyOfProgram } from "../readers/iptables/vocabulary.ts";
import { loopback, merged, vocabularyOf } from "../vocabulary.ts";
import { Comparison, type Difference, passing } from "./comparison.ts";
import { Found, type Mismatch, mismatchOf } from "./mismatch.ts";
import { closing, rejecting, resetting } from "./same-rules.ts";

/**
 * Reads all files for iptables back and holds every packet of both families against the plan, at every hook, in every state.
 * Undefined: they mean the same, as far as a tunnel's interface is known by its name.
 */
export function validateIptables(plan: Plan, files: ReadonlyMap<string, string>): Mismatch | undefined {
  return mismatchOf(() => new Validation(plan, files).run());
}

/** Each of ours, the hook that calls it first, and whose packets come there. */
const hooks: readonly (Hook & { readonly own: string; readonly direction: Direction })[] = [
  { table: "mangle", chain: "POSTROUTING", own: "ksp_postrouting", side: "out", direction: "out" },
  { table: "filter", chain: "OUTPUT", own: "ksp_output", side: "out", direction: "out" },
  { table: "filter", chain: "INPUT", own: "ksp_input", side: "in", direction: "in" },
  { table: "filter", chain: "FORWARD", own: "ksp_forward", side: "out", direction: "forward" },
];

const families = { v4: "ipv4", v6: "ipv6" } as const satisfies Readonly<Record<string, IpFamily>>;
const setsFile = "iptables/sets.ipset";
const script = "iptables/load.sh";

interface Read {
  readonly file: string;
  readonly ruleset: Ruleset;
  readonly program: Program;
}

class Validation {
  readonly #plan: Plan;
  readonly #files: ReadonlyMap<string, string>;
  readonly #known = new Set([setsFile, script]);

  constructor(plan: Plan, files: ReadonlyMap<string, string>) {
    this.#plan = plan;
    this.#files = files;
  }

  run(): void {
    if (!this.#files.has(script)) this.#effect(script, "is not there");
    const sets = this.#sets();
    const reads = Object.entries(families).map(([extension, family]) => this.#family(extension, family, sets));
    for (const file of this.#files.keys())
      if (file.startsWith("iptables/") && !this.#known.has(file)) this.#effect(file, "nobody loads this file");
    const programs = reads.flatMap(({ states, disabled }) => [
      ...states.map(({ program }) => program),
      disabled.program,
    ]);
    const names = merged(vocabularyOf(rulesetsOf(this.#plan)), ...programs.map(vocabularyOfProgram), loopback);
    const space = new PacketSpace(names);
    const same = new Same(new Comparison(space), assumed(space, rulesetsOf(this.#plan)));
    for (const { states, disabled } of reads) {
      for (const read of states) this.#check(read, () => same.difference(read.program, read.ruleset));
      this.#check(disabled, () => same.refused(disabled.program));
    }
  }

  #family(
    extension: string,
    family: IpFamily,
    sets: Sets,
  ): { readonly states: readonly Read[]; readonly disabled: Read } {
    const { lockdown, states, portal } = this.#plan;
    const [first] = states;
    if (!first) throw new Error("a plan has states");
    const empty = nothing(family);
    const read = (name: string, before: Program, known: Sets): { readonly file: string; readonly program: Program } => {
      const file = `iptables/${name}.${extension}`;
      return { file, program: this.#load(file, before, known) };
    };
    // Before the daemon there may be no sets.
    const boot = { ruleset: lockdown, ...read("lockdown", empty, new Map()) };
    const all = { ruleset: first, ...read("ruleset", empty, sets) };
    const switches = [...states, ...(portal ? [portal] : [])].map((ruleset) => ({
      ruleset,
      ...read(`switch/${fileName(ruleset.state)}`, all.program, sets),
    }));
    const disabled = { ruleset: first, ...read("disable", all.program, sets) };
    const before = others(empty);
    const left = read("uninstall", before, sets);
    if (shapeOf(left.program) !== shapeOf(before)) this.#effect(left.file, "something is left, or something is gone");
    this.#shape(boot.file, this.#load(boot.file, before, new Map()));
    const beside = this.#load(all.file, before, sets);
    this.#shape(all.file, beside);
    for (const { file, program } of [...switches, disabled]) {
      this.#shape(file, this.#load(file, beside, sets));
      for (const other of [...switches, disabled])
        if (shapeOf(this.#load(file, other.program, sets)) !== shapeOf(program))
          this.#effect(file, `something of ${other.file} stays`);
    }
    return { states: [boot, all, ...switches], disabled };
  }

  /** Ours are called first, in front of the rules of others, which stay as they are; what passes ours is still judged by them. */
  #shape(file: string, { tables }: Program): void {
    for (const [table, chains] of tables)
      for (const [chain, [first, ...more]] of chains) {
        const own = hooks.find((hook) => hook.table === table && hook.chain === chain)?.own;
        if (chain.startsWith("ksp_")) {
          if ([first, ...more].some((rule) => rule?.target.kind === "accept"))
            this.#effect(file, `${chain} passes others over`);
          continue;
        }
        const isOurs = first?.target.kind === "jump" && first.target.chain === own && first.conditions.length === 0;
        const others = own !== undefined && isOurs ? more : [first, ...more];
        if ((own !== undefined && !isOurs) || others.length !== 1 || others[0] !== anothers)
          this.#effect(file, `${chain} of ${table} does not begin with a jump to ${own}, or not all else is as it was`);
      }
    for (const { table, own } of hooks) {
      const last = tables.get(table)?.get(own)?.at(-1);
      if (last?.target.kind !== "drop" || last.conditions.length > 0) this.#effect(file, `${own} does not end closed`);
    }
  }

  #sets(): Sets {
    const text = this.#files.get(setsFile);
    return text === undefined ? new Map() : this.#reading(setsFile, () => readSets(text));
  }

  #load(file: string, before: Program, sets: Sets): Program {
    this.#known.add(file);
    const text = this.#files.get(file);
    if (text === undefined) return this.#effect(file, "is not there");
    return this.#reading(file, () => load(text, before, sets));
  }

  #check({ file, ruleset }: Read, compare: () => Difference | string | undefined): void {
    const found = this.#reading(file, compare);
    if (found === undefined) return;
    if (typeof found === "string") this.#effect(file, found);
    throw new Found({ kind: "packet", file, state: ruleset.state, difference: found });
  }

  #reading<T>(file: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      throw new Found({ kind: "unreadable", file, line: error.line, reason: error.message });
    }
  }

  #effect(file: string, reason: string): never {
    throw new Found({ kind: "effect", file, reason });
  }
}

/** A rule of somebody else, in every chain of the kernel. */
const anothers: Rule = { line: 0, conditions: [], target: { kind: "return" } };

const others = ({ family, tables }: Program): Program => ({
  family,
  tables: new Map(
    [...tables].map(([name, table]) => [name, new Map([...table].map(([chain]) => [chain, [anothers]]))]),
  ),
});
/** A file's name holds neither `:` nor `+`, and no name of a policy holds what stands for them. */
const fileName = (state: string): string => state.replaceAll(":", ".").replaceAll("+", "_");

const shapeOf = ({ tables }: Program): string =>
  JSON.stringify(
    [...tables].map(([name, chains]) => [
      name,
      [...chains].map(([chain, rules]) => [chain, rules.map((rule) => [rule.target, rule.conditions])]),
    ]),
    (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value),
  );

/** A tunnel's interface is known by its name alone, and IPv6 has no broadcast. */
function assumed(space: PacketSpace, rulesets: readonly Ruleset[]): PacketSet {
  const matches = rulesets.flatMap(({ rules }) => rules.map(({ match }) => match));
  const zones = new Set(
    matches.flatMap(({ inInterface, outInterface }) =>
      [inInterface, outInterface].flatMap((set) => (set && set.kind !== "loopback" ? set.zones : [])),
    ),
  );
  const renamed = [...zones].flatMap(({ protocol, ...zone }) =>
    protocol === undefined
      ? []
      : (["in", "out"] as const).map((side) =>
          space
            .interfaces(side, { kind: "one-of", zones: [zone] })
            .minus(space.interfaces(side, { kind: "one-of", zones: [{ ...zone, protocol }] })),
        ),
  );
  const broadcast = (["source", "destination"] as const).map((end) =>
    space.family("ipv6").intersect(space.is(`${end}Locality`, localityAlphabet.numberOf("broadcast"))),
  );
  return space.none.union(...renamed, ...broadcast).complement();
}

class Same {
  readonly #comparison: Comparison;
  readonly #within: PacketSet;
  readonly #meaning: Meaning;

  constructor(comparison: Comparison, within: PacketSet) {
    this.#comparison = comparison;
    this.#within = within;
    this.#meaning = new Meaning(comparison.space);
  }

  /** Every hook lets pass what was planned; who is refused is told as planned, where somebody can be told. */
  difference(program: Program, ruleset: Ruleset): Difference | string | undefined {
    const { accepted } = this.#comparison.planned(ruleset, "as-loaded");
    for (const hook of hooks) {
      const judged = this.#meaning.judged(program, hook);
      const going = this.#going(program, hook.direction);
      const found =
        this.#comparison.differs(judged.passes, accepted, going, passing) ??
        (hook.table === "filter" ? this.#telling(judged, ruleset, hook.direction, going) : undefined);
      if (found) return found;
    }
    return ruleset.rewrites.length > 0 ? "the plan rewrites packets, and the files do not" : undefined;
  }

  /** A packet that does not pass, where everything should. */
  refused(program: Program): Difference | undefined {
    const sets = hooks.map((hook) =>
      this.#going(program, hook.direction).minus(this.#meaning.judged(program, hook).passes),
    );
    return this.#comparison.some(this.#comparison.space.none.union(...sets), passing.less);
  }

  #going({ family }: Program, direction: Direction): PacketSet {
    return this.#comparison.going(direction).intersect(this.#comparison.space.family(family)).intersect(this.#within);
  }

  #telling(
    { rules, passes, told }: Judged,
    ruleset: Ruleset,
    direction: Direction,
    going: PacketSet,
  ): Difference | undefined {
    const comparison = this.#comparison;
    const refused = going.minus(passes);
    const { reject, reset, log } = closing(ruleset, direction, comparison);
    const isAsOften = told.every(({ count, per }) => count === log?.count && per === log.per);
    return (
      comparison.differs(rules.with("reset"), reset.intersect(refused), going, resetting) ??
      comparison.differs(rules.with("reject"), reject.intersect(refused), going, rejecting) ??
      (isAsOften ? undefined : comparison.some(refused, "it is not logged as planned")) ??
      comparison.differs(
        comparison.space.none.union(...told.map(({ set }) => set)),
        log ? refused : comparison.space.none,
        going,
        { more: "it is logged, and should not be", less: "it is not logged as planned" },
      )
    );
  }
}
