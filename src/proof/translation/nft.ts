import { type Plan, rulesetsOf, switchableOf } from "../../ir/plan.ts";
import type { AddressMatch, Ruleset } from "../../ir/ruleset.ts";
import { families } from "../../net/address.ts";
import { type AddressSet, ofFamily } from "../../net/address-set.ts";
import { movesOf, type Stands } from "../moves/list.ts";
import { unloadable } from "../moves/loads-anywhere.ts";
import { MovesOfNft, type Standing } from "../moves/nft.ts";
import { amongOthers, meddling, withoutOthers } from "../moves/ours-alone.ts";
import { PacketSpace } from "../packet-space.ts";
import { empty, type NamedSet, type Program, type Table } from "../readers/nft/program.ts";
import { type Lists, load, Text } from "../readers/nft/read-text.ts";
import { vocabularyOfProgram } from "../readers/nft/vocabulary.ts";
import { loopback, merged, vocabularyOf } from "../vocabulary.ts";
import { Comparison } from "./comparison.ts";
import { deviceOf, differentEgress, egressTable } from "./egress.ts";
import { Found, type Mismatch, mismatchOf } from "./mismatch.ts";
import { differentOwned, ownedIn } from "./owned.ts";
import { differentRewrites } from "./same-rewrites.ts";
import { allows, differentRules, type State } from "./same-rules.ts";

/**
 * Reads all files for nftables back, in every order in which they are loaded, and holds every packet in every state against
 * the plan. Undefined: they mean the same. Cost: linear in addresses, and in states × rules.
 */
export function validateNft(plan: Plan, files: ReadonlyMap<string, string>): Mismatch | undefined {
  return mismatchOf(() => new Validation(plan, files).run());
}

interface Switch {
  readonly ruleset: Ruleset;
  readonly file: string;
  readonly program: Program;
}

const [lockdownFile, rulesetFile, ownedFile, disableFile, uninstallFile] = [
  "nft/lockdown.nft",
  "nft/ruleset.nft",
  "nft/owned.nft",
  "nft/disable.nft",
  "nft/uninstall.nft",
];
/** A file's name holds neither `:` nor `+`, and no name of a policy holds what stands for them. */
const switchFile = (state: string): string => `nft/switch/${state.replaceAll(":", ".").replaceAll("+", "_")}.nft`;

class Validation {
  readonly #plan: Plan;
  readonly #files: ReadonlyMap<string, Text>;

  constructor(plan: Plan, files: ReadonlyMap<string, string>) {
    this.#plan = plan;
    const lists: Lists = new Map();
    this.#files = new Map([...files].map(([file, text]) => [file, new Text(text, lists)]));
  }

  run(): undefined {
    const { lockdown, states } = this.#plan;
    const [first] = states;
    if (!first) throw new Error("a plan has states");
    const boot = this.#load(lockdownFile, empty);
    const all = this.#load(rulesetFile, empty);
    const switches = switchableOf(this.#plan).map((ruleset): Switch => {
      const file = switchFile(ruleset.state);
      return { ruleset, file, program: this.#load(file, all) };
    });
    const other = spoilt(
      all,
      switches.map(({ program }) => program),
    );
    const disabled = this.#load(disableFile, other);
    this.#effects(boot, all, switches, other);

    const owned = { file: ownedFile, program: this.#load(ownedFile, empty), rules: all };
    const programs = [boot, all, owned.program, disabled, ...switches.map(({ program }) => program)];
    const hooked = this.#hooked();
    const names = merged(
      vocabularyOf(rulesetsOf(this.#plan)),
      ...[...programs, ...hooked.map(({ program }) => program)].map(vocabularyOfProgram),
      {
        ...loopback,
        devices: [...loopback.devices, ...hooked.map(({ device }) => ({ kind: "named", name: device }) as const)],
      },
    );
    const comparison = new Comparison(new PacketSpace(names));
    this.#same(comparison, lockdownFile, lockdown, boot);
    this.#same(comparison, rulesetFile, first, all);
    for (const { ruleset, file, program } of switches) this.#same(comparison, file, ruleset, program);
    for (const { ruleset, file, program } of switches) this.#timed(comparison, file, ruleset, program);
    for (const { file, device, program } of hooked) {
      const found = differentEgress(comparison, this.#plan, { device, program });
      if (found) throw new Found({ kind: "packet", file, ...found });
    }
    const again = differentOwned(comparison, this.#plan, owned, "translated");
    if (again) throw new Found(again);
    const refused = allows(comparison, disabled);
    if (refused) throw new Found({ kind: "packet", file: disableFile, state: "disabled", difference: refused });
    this.#moves(comparison, {
      lockdown: { ruleset: lockdown, program: boot },
      reloaded: { ruleset: first, program: all },
      states: new Map(switches.map(({ ruleset, program }) => [ruleset.state, { ruleset, program }])),
      disabled: { program: disabled },
      nothing: { program: empty },
    });
    return undefined;
  }

  /** The files of devices; each replaces its own table, and `disable` and `uninstall` take all of them away. */
  #hooked(): readonly { readonly file: string; readonly device: string; readonly program: Program }[] {
    const hooked = [...this.#files.keys()].flatMap((file) => {
      const device = deviceOf(file);
      return device === undefined ? [] : [{ file, device, program: this.#load(file, empty) }];
    });
    for (const { file, device, program } of hooked) {
      if ([...program.tables.keys()].join() !== egressTable(device)) this.#effect(file, "its table is another one");
      if (!hasShapeOf(this.#load(file, older(program)), program)) this.#effect(file, "something old stays");
      for (const off of [disableFile, uninstallFile]) {
        const before = { tables: new Map([...this.#load(rulesetFile, empty).tables, ...program.tables]) };
        if (this.#load(off, before).tables.has(egressTable(device))) this.#effect(off, `the hook of ${device} is left`);
      }
    }
    return hooked;
  }

  /** What a file does beside what it says: it replaces what was there, whatever it was, and nothing else. */
  #effects(boot: Program, all: Program, switches: readonly Switch[], other: Program): void {
    const known = [
      lockdownFile,
      rulesetFile,
      ownedFile,
      disableFile,
      uninstallFile,
      ...switches.map(({ file }) => file),
    ];
    for (const file of this.#files.keys())
      if (file.startsWith("nft/") && !known.includes(file) && deviceOf(file) === undefined)
        this.#effect(file, "nobody loads this file");
    for (const [file, program] of [
      [lockdownFile, boot],
      [rulesetFile, all],
    ] as const)
      if (!hasShapeOf(this.#among(file, older(other)), program)) this.#effect(file, "something old stays");
    for (const { file, program } of switches)
      if (!hasShapeOf(this.#among(file, other), program)) this.#effect(file, "something of the state before stays");
    for (const before of [older(other), empty])
      if (this.#among(uninstallFile, before).tables.size > 0) this.#effect(uninstallFile, "something is left");
    this.#among(disableFile, other);
    const late = unloadable(boot);
    if (late !== undefined) throw new Found({ kind: "unloadable", file: lockdownFile, reason: late });
  }

  /** Loaded where others have tables, too, of which nothing changes. */
  #among(file: string, before: Program): Program {
    const program = this.#load(file, amongOthers(before));
    const reason = meddling(program);
    if (reason !== undefined) throw new Found({ kind: "meddling", file, reason });
    return withoutOthers(program);
  }

  /** As loaded, and with all that the runtime may ever add. */
  #same(comparison: Comparison, file: string, ruleset: Ruleset, program: Program): void {
    this.#check(comparison, file, { ruleset, program, filling: "as-loaded", isOpen: true });
    const within = refreshed(ruleset);
    if (within.size > 0)
      this.#check(comparison, file, { ruleset, program: filled(program, within), filling: "filled", isOpen: true });
  }

  /** What the kernel closes by itself: when its time is over, the rest is what is left. */
  #timed(comparison: Comparison, file: string, ruleset: Ruleset, program: Program): void {
    const limits = ruleset.rules.flatMap(({ expiresAfter }) => expiresAfter ?? []);
    const times = [...program.tables.values()]
      .flatMap(({ sets }) => [...sets.values()])
      .flatMap((set) => (set.kind === "timed" ? [...set.elements.values()] : []));
    if (limits.length === 0 && times.length > 0) this.#effect(file, "opens something for a while");
    // nft counts in seconds, and the last one began.
    if (limits.some((limit) => times.some((time) => time < limit || time >= limit + 1000)))
      this.#effect(file, "closes at another time");
    if (limits.length === 0) return;
    const rules = ruleset.rules.filter(({ expiresAfter }) => expiresAfter === undefined);
    const ended = { ruleset: { ...ruleset, rules }, isOpen: false };
    this.#check(comparison, file, { ...ended, program, filling: "as-loaded" });
    const full = filled(program, refreshed(ruleset));
    this.#check(comparison, file, { ...ended, program: full, filling: "filled" });
  }

  /** Every move, with each transaction as it is carried out: hook by hook. */
  #moves(comparison: Comparison, stands: Stands<Standing>): void {
    const moves = new MovesOfNft(comparison, "as-loaded");
    for (const { name, from, to, isRemade } of movesOf(stands)) {
      const difference = moves.broken({ name, stands: [from, to], isRemade });
      if (difference) throw new Found({ kind: "move", file: rulesetFile, move: name, difference });
    }
  }

  #check(comparison: Comparison, file: string, state: State): void {
    const difference = differentRules(comparison, state) ?? differentRewrites(comparison, state);
    if (difference) throw new Found({ kind: "packet", file, state: state.ruleset.state, difference });
  }

  #load(file: string, before: Program): Program {
    const text = this.#files.get(file);
    if (text === undefined) return this.#effect(file, "is not there");
    const read = load(text, before);
    if ("fault" in read) throw new Found({ kind: "unreadable", file, ...read.fault });
    const brief = file === ownedFile ? undefined : ownedIn(read.program);
    return brief === undefined ? read.program : this.#effect(file, brief);
  }

  #effect(file: string, reason: string): never {
    throw new Found({ kind: "effect", file, reason });
  }
}

/** The program in a state that no file makes: every chain that a switch changes holds something else, and every time runs. */
function spoilt(program: Program, switched: readonly Program[]): Program {
  const tables = [...program.tables].map(([name, table]): readonly [string, Table] => {
    const isChanged = (chain: string): boolean =>
      switched.some(({ tables }) => tables.get(name)?.chains.get(chain) !== table.chains.get(chain));
    const chains = [...table.chains].map(([key, chain]) => {
      const rules = isChanged(key) ? [dropping, dropping] : chain.rules;
      return [key, { ...chain, rules }] as const;
    });
    const sets = [...table.sets].map(([key, set]) => [key, set.kind === "timed" ? running : set] as const);
    return [name, { sets: new Map(sets), chains: new Map(chains) }];
  });
  return { tables: new Map(tables) };
}

/** The same, and in every table a chain that no file knows. */
function older({ tables }: Program): Program {
  const changed = [...tables].map(([name, { sets, chains }]): readonly [string, Table] => [
    name,
    { sets, chains: new Map([...chains, ["older", { rules: [dropping] }]]) },
  ]);
  return { tables: new Map(changed) };
}

const dropping = { line: 0, conditions: [], verdict: { kind: "drop" } } as const;
const running: NamedSet = { kind: "timed", elements: new Map([["ipv4", 1]]) };

/** Whether nothing was left over: loading only ever adds to what it does not take away. */
function hasShapeOf(left: Program, program: Program): boolean {
  const shape = ({ tables }: Program): string =>
    JSON.stringify(
      [...tables].map(([name, { chains, sets }]) => [
        name,
        [...chains].map(([key, { rules }]) => [key, rules.length, rules[0]?.line]),
        [...sets].map(([key, set]) => [key, set.kind === "timed" ? [...set.elements] : set.ranges.length]),
      ]),
    );
  return shape(left) === shape(program);
}

/** Tables that the runtime refreshes, by the names of their sets, with all that they may hold. */
function refreshed({ rules }: Ruleset): ReadonlyMap<string, AddressSet> {
  const matches = rules.flatMap(({ match }) => [match.source, match.destination]);
  const named = (match: AddressMatch | undefined) =>
    match?.within && match.table !== undefined
      ? families.map((family) => [`${match.table}_${family}`, ofFamily(match.within ?? [], family)] as const)
      : [];
  return new Map(matches.flatMap(named));
}

function filled({ tables }: Program, within: ReadonlyMap<string, AddressSet>): Program {
  const fill = (name: string, set: NamedSet): NamedSet => {
    const addresses = within.get(name);
    return addresses && set.kind === "addresses" ? { ...set, ranges: addresses } : set;
  };
  const changed = [...tables].map(([key, table]): readonly [string, Table] => [
    key,
    { ...table, sets: new Map([...table.sets].map(([name, set]) => [name, fill(name, set)])) },
  ]);
  return { tables: new Map(changed) };
}
