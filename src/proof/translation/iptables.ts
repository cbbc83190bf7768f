import { type Plan, rulesetsOf, switchableOf } from "../../ir/plan.ts";
import type { Ruleset } from "../../ir/ruleset.ts";
import { type AddressSet, ofFamily } from "../../net/address-set.ts";
import { MovesOfIptables } from "../moves/iptables.ts";
import { PacketSpace } from "../packet-space.ts";
import { type IpFamily, type Program, type Sets, Unreadable } from "../readers/iptables/program.ts";
import { readSets } from "../readers/iptables/read-sets.ts";
import { load, nothing } from "../readers/iptables/read-text.ts";
import { vocabularyOfProgram } from "../readers/iptables/vocabulary.ts";
import { empty, type Program as OwnedProgram } from "../readers/nft/program.ts";
import { load as loadOwned } from "../readers/nft/read-text.ts";
import { vocabularyOfProgram as vocabularyOfOwned } from "../readers/nft/vocabulary.ts";
import { loopback, merged, vocabularyOf } from "../vocabulary.ts";
import { Comparison, type Difference } from "./comparison.ts";
import { assumed } from "./iptables-assumed.ts";
import { checkMoves, type Family, type Read, type ReadState, script } from "./iptables-moves.ts";
import { type IptablesState, SameRules } from "./iptables-rules.ts";
import { misshapen, shapeOf, unloadable, withOthers } from "./iptables-shape.ts";
import { Found, type Mismatch, mismatchOf, reading } from "./mismatch.ts";
import { differentOwned } from "./owned.ts";

/**
 * Reads all files for iptables back and holds every packet of both families against the plan, at every hook, in every state.
 * Undefined: they mean the same, as far as a tunnel's interface is known by its name.
 */
export function validateIptables(plan: Plan, files: ReadonlyMap<string, string>): Mismatch | undefined {
  return mismatchOf(() => new Validation(plan, files).run());
}

const families = { v4: "ipv4", v6: "ipv6" } as const satisfies Readonly<Record<string, IpFamily>>;
type Extension = keyof typeof families;
const setsFile = "iptables/sets.ipset";
const ownedFile = "iptables/owned.nft";
/** nftables knows them by eight bits of a mark, and one without any is nobody's. */
const mostSlices = 255;

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
    const sets = this.#setsOf(setsFile, new Map());
    const extensions = Object.keys(families) as readonly Extension[];
    const [four, six] = extensions.map((extension) => this.#family(extension, sets));
    if (!four || !six) throw new Error("there are two families");
    const owned = this.#owned();
    for (const file of this.#files.keys())
      if (file.startsWith("iptables/") && !this.#known.has(file)) this.#effect(file, "nobody loads this file");
    const rulesets = rulesetsOf(this.#plan);
    const reads = [four, six];
    const programs = reads.flatMap(({ states, disabled }) => [...states, disabled].map(({ program }) => program));
    const names = merged(
      vocabularyOf(rulesets),
      ...programs.map(vocabularyOfProgram),
      ...owned.map(({ program }) => vocabularyOfOwned(program)),
      loopback,
    );
    const space = new PacketSpace(names);
    const comparison = new Comparison(space);
    const same = new SameRules(comparison, assumed(space, rulesets));
    for (const { states, disabled } of reads) {
      for (const state of states) this.#same(same, state);
      this.#check(disabled.file, "disabled", () => same.refused(disabled.program));
    }
    for (const each of owned) {
      const again = differentOwned(comparison, this.#plan, each, "untranslated");
      if (again) throw new Found(again);
    }
    const moves = new MovesOfIptables(comparison, same);
    checkMoves(moves, { ipv4: four, ipv6: six }, sets, this.#files.get(script) ?? "");
  }

  /** The second look at what leaves is nftables' own. There is none where nftables could not say what the plan does. */
  #owned(): readonly { readonly file: string; readonly program: OwnedProgram }[] {
    const text = this.#files.get(ownedFile);
    if (text === undefined) {
      if (vocabularyOf(rulesetsOf(this.#plan)).owners.slice.length <= mostSlices)
        this.#effect(ownedFile, "is not there");
      return [];
    }
    this.#known.add(ownedFile);
    const read = loadOwned(text, empty);
    if ("fault" in read) throw new Found({ kind: "unreadable", file: ownedFile, ...read.fault });
    return [{ file: ownedFile, program: read.program }];
  }

  #family(extension: Extension, sets: Sets): Family {
    const { lockdown, states } = this.#plan;
    const [first] = states;
    if (!first) throw new Error("a plan has states");
    const atBoot = nothing(families[extension]);
    const empty = { ...atBoot, sets };
    const read = (name: string, before: Program): Read => {
      const file = `iptables/${name}.${extension}`;
      return { file, program: this.#load(file, before) };
    };
    // Before the daemon there may be no sets.
    const boot = { ruleset: lockdown, ...read("lockdown", atBoot) };
    const late = unloadable(boot.program);
    if (late !== undefined) throw new Found({ kind: "unloadable", file: boot.file, reason: late });
    const all = { ruleset: first, ...read("ruleset", empty) };
    const switches = switchableOf(this.#plan).map((ruleset): ReadState => {
      const name = `switch/${fileName(ruleset.state)}`;
      const timed = this.#setsOf(`iptables/${name}.ipset`, sets);
      const read_ = { ruleset, ...read(name, { ...all.program, sets: timed }) };
      this.#timed(read_);
      return read_;
    });
    const disabled = read("disable", all.program);
    this.#shapes(extension, [boot, all, ...switches, disabled]);
    return { states: [boot, all, ...switches], disabled, empty };
  }

  /** What a file does beside what it says: it replaces what was there, whatever of ours it was, and nothing else. */
  #shapes(extension: Extension, [boot, all, ...changes]: readonly Read[]): void {
    if (!boot || !all) return;
    const before = withOthers(all.program);
    const uninstall = `iptables/uninstall.${extension}`;
    if (shapeOf(this.#load(uninstall, before)) !== shapeOf(before))
      this.#effect(uninstall, "something is left, or something is gone");
    this.#shape(boot.file, this.#load(boot.file, { ...before, sets: new Map() }));
    const beside = this.#load(all.file, before);
    this.#shape(all.file, beside);
    for (const { file, program } of changes) {
      this.#shape(file, this.#load(file, beside));
      for (const other of changes)
        if (shapeOf(this.#load(file, other.program)) !== shapeOf(program))
          this.#effect(file, `something of ${other.file} stays`);
    }
  }

  #shape(file: string, program: Program): void {
    const reason = misshapen(program);
    if (reason !== undefined) throw new Found({ kind: "meddling", file, reason });
  }

  /** As loaded and with all that the runtime may ever add; while the kernel's own clock runs, and when it has ended. */
  #same(same: SameRules, { file, ruleset, program }: ReadState): void {
    const within = refreshed(ruleset, program.family);
    const rules = ruleset.rules.filter(({ expiresAfter }) => expiresAfter === undefined);
    const ended = rules.length < ruleset.rules.length ? [{ ruleset: { ...ruleset, rules }, isOpen: false }] : [];
    for (const at of [{ ruleset, isOpen: true }, ...ended]) {
      const check = (state: Pick<IptablesState, "program" | "filling">): void =>
        this.#check(file, ruleset.state, () => same.difference({ ...at, ...state }));
      check({ program, filling: "as-loaded" });
      if (within.size > 0) check({ program: filled(program, within), filling: "filled" });
    }
  }

  /** What opens for a while closes in time, and rather early than late. */
  #timed({ file, ruleset, program }: ReadState): void {
    const limits = ruleset.rules.flatMap(({ expiresAfter }) => expiresAfter ?? []);
    const times = [...program.sets.values()].flatMap(({ seconds }) => seconds ?? []);
    if (limits.length === 0 && times.length > 0) this.#effect(file, "opens something for a while");
    if (limits.some((limit) => times.some((time) => time * 1000 > Math.max(limit, 1000) || (time + 1) * 1000 <= limit)))
      this.#effect(file, "closes at another time");
  }

  #setsOf(file: string, before: Sets): Sets {
    const text = this.#files.get(file);
    this.#known.add(file);
    return text === undefined ? before : reading(file, Unreadable, () => readSets(text, before));
  }

  #load(file: string, before: Program): Program {
    this.#known.add(file);
    const text = this.#files.get(file);
    if (text === undefined) return this.#effect(file, "is not there");
    return reading(file, Unreadable, () => load(text, before));
  }

  #check(file: string, state: string, compare: () => Difference | undefined): void {
    const difference = reading(file, Unreadable, compare);
    if (difference) throw new Found({ kind: "packet", file, state, difference });
  }

  #effect(file: string, reason: string): never {
    throw new Found({ kind: "effect", file, reason });
  }
}

/** A file's name holds neither `:` nor `+`, and no name of a policy holds what stands for them. */
const fileName = (state: string): string => state.replaceAll(":", ".").replaceAll("+", "_");

/** Tables that the runtime refreshes, by the names of their sets, with all that they may hold. */
function refreshed({ rules }: Ruleset, family: IpFamily): ReadonlyMap<string, AddressSet> {
  const extension = family === "ipv4" ? "v4" : "v6";
  const matches = rules.flatMap(({ match }) => [match.source, match.destination]);
  return new Map(
    matches.flatMap((match) =>
      match?.within && match.table !== undefined
        ? [[`ksp_${match.table}_${extension}`, ofFamily(match.within, family)] as const]
        : [],
    ),
  );
}

const filled = (program: Program, within: ReadonlyMap<string, AddressSet>): Program => ({
  ...program,
  sets: new Map([...program.sets].map(([name, set]) => [name, { ...set, ranges: within.get(name) ?? set.ranges }])),
});
