import { utunName } from "../../ir/packet.ts";
import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import type { Ruleset } from "../../ir/ruleset.ts";
import { FlowsOfPf } from "../moves/pf.ts";
import { type Asked, headingOf, misstep } from "../moves/pf-steps.ts";
import { PacketSpace } from "../packet-space.ts";
import { type Fills, rulesetOf } from "../readers/pf/expand.ts";
import { Meaning } from "../readers/pf/meaning.ts";
import { strictly } from "../readers/pf/own.ts";
import { type Program, Unreadable } from "../readers/pf/program.ts";
import { type Block, readMoves } from "../readers/pf/read-moves.ts";
import { readText } from "../readers/pf/read-text.ts";
import { renamed } from "../readers/pf/renamed.ts";
import { isSameContent, readTable } from "../readers/pf/tables.ts";
import { vocabularyOfProgram } from "../readers/pf/vocabulary.ts";
import { loopback, merged, vocabularyOf } from "../vocabulary.ts";
import { Comparison, type Difference } from "./comparison.ts";
import { macPackets } from "./mac-packets.ts";
import { Found, type Mismatch, mismatchOf, reading } from "./mismatch.ts";
import { SameOnMac } from "./same-on-mac.ts";

/**
 * Reads all files for pf of macOS back and holds every packet in every state against the plan, and every flow in every move.
 * Undefined: they mean the same, of the packets that pf is shown. Cost: linear in addresses, and in states × rules.
 */
export function validatePf(plan: Plan, files: ReadonlyMap<string, string>): Mismatch | undefined {
  return mismatchOf(() => new Validation(plan, files).run());
}

const anchor = "com.apple/000.ksp";
const [movesFile, disableFile] = ["pf/moves.txt", "pf/disable.conf"];
/** Run by a person, and the same for every policy. */
const report = "pf/report.sh";
/** PFR_KENTRY_HIWAT and the most tables (xnu, bsd/net/pfvar.h). */
const most = { entries: 200_000, tables: 1_000 };

/** A file's name holds neither `:` nor `+`, and no name of a policy holds what stands for them. */
const fileOf = (state: string): string => `pf/${state.replaceAll(":", ".").replaceAll("+", "_")}.conf`;

interface State {
  readonly file: string;
  readonly ruleset: Ruleset;
  readonly program: Program;
}

class Validation {
  readonly #plan: Plan;
  readonly #files: ReadonlyMap<string, string>;
  readonly #known = new Set([movesFile, disableFile, report]);
  readonly #macros: ReadonlyMap<string, string>;

  constructor(plan: Plan, files: ReadonlyMap<string, string>) {
    this.#plan = plan;
    this.#files = files;
    this.#macros = macrosOf(plan);
  }

  run(): void {
    const { lockdown, states, portal } = this.#plan;
    if (portal) this.#effect(movesFile, "no rule of pf ends with its time");
    const fills = this.#tables();
    const loaded = [this.#load(lockdown, new Map()), ...states.map((ruleset) => this.#load(ruleset, fills))];
    this.#boot(loaded, fills);
    const disabled = reading(disableFile, Unreadable, () => readText(this.#text(disableFile)));
    if (disabled.length > 0) this.#effect(disableFile, "something is left");
    const blocks = reading(movesFile, Unreadable, () => readMoves(this.#text(movesFile)));
    const wrong = misstep(blocks, {
      moves: this.#asked(),
      tables: [...fills.keys()],
      macros: [...this.#macros.keys()],
      fileOf: (state) => (state === "disabled" ? disableFile : fileOf(state)).replace("pf/", ""),
    });
    if (wrong !== undefined) this.#effect(movesFile, wrong);
    for (const file of this.#files.keys())
      if (file.startsWith("pf/") && !this.#known.has(file)) this.#effect(file, "nobody loads this file");

    const names = merged(
      vocabularyOf(rulesetsOf(this.#plan)),
      ...loaded.map(({ program }) => vocabularyOfProgram(program)),
      loopback,
    );
    const comparison = new Comparison(new PacketSpace(names));
    const meaning = new Meaning(comparison.space);
    const there = macPackets(comparison.space, [...this.#macros.values()]);
    const same = new SameOnMac(comparison, meaning, there);
    for (const { file, ruleset, program } of loaded) {
      const difference = reading(file, Unreadable, () => same.difference(program, ruleset));
      if (difference) this.#packet(file, ruleset.state, difference);
    }
    this.#moves(blocks, loaded, new FlowsOfPf(comparison, meaning, this.#macros, there));
  }

  /** Filled once, before any state names them. */
  #tables(): Fills {
    const names = [...this.#files.keys()].flatMap((file) => /^pf\/tables\/(.+)\.txt$/.exec(file)?.[1] ?? []);
    const fills = names.map((name) => {
      const file = `pf/tables/${name}.txt`;
      this.#known.add(file);
      return [name, reading(file, Unreadable, () => readTable(this.#text(file)))] as const;
    });
    const entries = fills.reduce((sum, [, { count }]) => sum + count, 0);
    if (entries > most.entries || fills.length > most.tables)
      this.#effect("pf/tables", `${entries} entries in ${fills.length} tables, which is more than pf takes`);
    return new Map(fills);
  }

  #load(ruleset: Ruleset, fills: Fills): State {
    const file = fileOf(ruleset.state);
    this.#known.add(file);
    return reading(file, Unreadable, () => {
      // It loads while an interface has no name yet, too.
      readText(this.#text(file));
      const statements = readText(this.#text(file), { macros: this.#stands() });
      strictly(statements, ruleset === this.#plan.lockdown ? "boot" : "running");
      const program = this.#program(file, statements, fills);
      for (const [name, { content }] of program.get(anchor)?.tables ?? [])
        if (!content) this.#effect(file, `nothing is in the table ${name}`);
      if (program.get(anchor)?.scrubs.length === 0) this.#effect(file, "fragments are not put together");
      return { file, ruleset, program };
    });
  }

  /** The stock main ruleset, which walks our anchor, and what a file makes of it. */
  #program(file: string, statements: Parameters<typeof rulesetOf>[0], fills: Fills): Program {
    this.#known.add(file);
    const rules = rulesetOf(statements, fills);
    const names = new Map([...this.#stands()].map(([macro, name]) => [name, this.#macros.get(macro) ?? name]));
    return new Map([
      ["", rulesetOf(readText('anchor "com.apple/*" all\n'))],
      [anchor, renamed(rules, names)],
    ]);
  }

  /** Names that fit, for the time of reading. */
  #stands(): ReadonlyMap<string, string> {
    return new Map([...this.#macros.keys()].map((macro, i) => [macro, `utun${9000 + i}`]));
  }

  /**
   * A user by name is looked up, and may not be there yet. A table that it brings is left for the states behind it, and filled
   * no more: each of them says that it stays, or it goes with the rules of what boots (xnu, pfr_setflags_ktable).
   */
  #boot([state, ...behind]: readonly State[], fills: Fills): void {
    const { tables, entries } = state?.program.get(anchor) ?? {};
    if (!state || !tables || !entries) return;
    for (const { line, user, group } of entries)
      for (const test of [user, group])
        if (test?.kind === "=" && typeof test.id === "string")
          throw new Found({ kind: "unloadable", file: state.file, reason: `line ${line} names ${test.id}` });
    for (const [name, { content }] of tables) {
      if (!content || !fills.has(name)) continue;
      if (!isSameContent(content, fills.get(name)))
        this.#effect(state.file, `the table ${name} holds something else afterwards`);
      for (const { file, program } of behind)
        if (!program.get(anchor)?.tables.has(name)) this.#effect(file, `the table ${name} is gone behind it`);
    }
  }

  /** Every change of what is in force that the runtime may ask for: a step, any state to the lowest, and both ends. */
  #asked(): Asked["moves"] {
    const { lockdown, states, moves } = this.#plan;
    const [down = lockdown] = states;
    const ends = [down.state, lockdown.state, "disabled"];
    const all: Asked["moves"] = [
      ["disabled", lockdown.state],
      ...moves.map(({ from, to }) => [from, to] as const),
      ...[lockdown, ...states].flatMap(({ state }) => ends.map((to) => [state, to] as const)),
    ];
    return [...new Map(all.filter(([from, to]) => from !== to).map((move) => [headingOf(move), move])).values()];
  }

  /** Whatever it begins with, a move ends closed. */
  #moves(blocks: readonly Block[], loaded: readonly State[], flows: FlowsOfPf): void {
    const states = new Map<string, State>(loaded.map((state) => [state.ruleset.state, state]));
    for (const [from, to] of this.#asked()) {
      const [before, after] = [states.get(from), states.get(to)];
      const steps = blocks.find(({ heading }) => heading === headingOf([from, to]))?.steps;
      if (!before || !after || !steps) continue;
      const difference = reading(movesFile, Unreadable, () => flows.broken(steps, before, after));
      if (difference) throw new Found({ kind: "move", file: movesFile, move: `${from} -> ${to}`, difference });
    }
  }

  #text(file: string): string {
    return this.#files.get(file) ?? this.#effect(file, "is not there");
  }

  #packet(file: string, state: string, difference: Difference): never {
    throw new Found({ kind: "packet", file, state, difference });
  }

  #effect(file: string, reason: string): never {
    throw new Found({ kind: "effect", file, reason });
  }
}

/** The macro of each utun, and what the model calls it. */
function macrosOf(plan: Plan): ReadonlyMap<string, string> {
  return new Map(
    vocabularyOf(rulesetsOf(plan)).devices.flatMap((device) =>
      device.kind === "utun" ? [[`tun_${device.of.replaceAll("-", "_")}`, utunName(device)] as const] : [],
    ),
  );
}
