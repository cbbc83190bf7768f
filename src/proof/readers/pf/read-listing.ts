import { doubtful } from "./doubtful.ts";
import { rulesetOf } from "./expand.ts";
import type { Machine } from "./meaning.ts";
import { usualServices } from "./names.ts";
import { type Anchor, type Criteria, type Program, type Ruleset, type Table, Unreadable } from "./program.ts";
import { readText } from "./read-text.ts";
import type { Services } from "./read-values.ts";
import { readTable } from "./tables.ts";
import { childrenOf, resolved } from "./walk.ts";

/** What pfctl printed, and the number of its first line where it stands among others. */
export interface Printed {
  readonly text: string;
  readonly line: number;
}
/** What pfctl prints of a machine. Rules and tables by the path of their anchor; the main ruleset has the empty one. */
export interface Listed {
  /** `pfctl -s info`. */
  readonly info: string;
  /** `pfctl -v -s Interfaces`. */
  readonly interfaces: Printed;
  /** `pfctl -a PATH -sr`, with `-v` or without. */
  readonly rules: ReadonlyMap<string, Printed>;
  /** `pfctl -a PATH -sn`. */
  readonly translations: ReadonlyMap<string, Printed>;
  /** `pfctl -a PATH -t NAME -T show`, for each name of `pfctl -a PATH -sT`. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Paths of which one of these did not answer whole, and the line that says so; absent: all is said, of anchors that are called too. */
  readonly unsaid?: ReadonlyMap<string, number>;
  /** Names of ports by that machine's /etc/services. */
  readonly services?: Services;
}
export interface Listing {
  readonly machine: Machine;
  /** Rules that are not understood say so, and may match fewer packets than they say. */
  readonly program: Program;
  /** Interfaces that are skipped, and the lines that say so. */
  readonly skipped: ReadonlyMap<string, number>;
}

/** @throws Unreadable where it is not even known whether pf is on, or what a table holds. */
export function readListing({
  info,
  interfaces,
  rules,
  translations,
  tables,
  unsaid,
  services = usualServices,
}: Listed): Listing {
  const program = new Map<string, Ruleset>();
  for (const path of new Set([...rules.keys(), ...translations.keys(), ...tables.keys()])) {
    const read = [rules.get(path), translations.get(path)].flatMap((printed) =>
      printed ? rulesIn(printed, services) : [],
    );
    const contents = [...(tables.get(path) ?? [])].map(([name, shown]): [string, Table] => [
      name,
      { line: 0, isPersistent: true, content: readTable(shown) },
    ]);
    program.set(path, {
      tables: new Map(contents),
      scrubs: read.flatMap(({ scrubs }) => scrubs),
      entries: read.flatMap(({ entries }) => entries),
      translations: read.flatMap((each) => each.translations),
    });
  }
  for (const [path, line] of unsaid ? [...unsaid, ...calledOnly(program)] : [])
    program.set(path, unknown(program.get(path), line));
  const skipped = readSkipped(interfaces);
  return { machine: { isEnabled: readInfo(info), skipped: [...skipped.keys()] }, program, skipped };
}

/** Anchors that a line calls and of which nothing is said, and that line. */
function calledOnly(program: Program): readonly (readonly [string, number])[] {
  return [...program].flatMap(([from, { entries, scrubs, translations }]) =>
    [...anchors({ entries }), ...scrubs, ...translations].flatMap(({ path, isWildcard, line }) => {
      const at = path === undefined || isWildcard ? "" : resolved(from, path);
      return at === "" || program.has(at) ? [] : [[at, line] as const];
    }),
  );
}

/** What an anchor may hold at most beside what is known of it: anything, and first. */
function unknown(known: Ruleset | undefined, line: number): Ruleset {
  const doubt = "the report does not say all that is in this anchor";
  const of = <T extends Criteria>(criteria: T): T => ({ ...criteria, line });
  const rules = doubtful("", doubt);
  const changes = doubtful("binat pass", doubt);
  const scrubs = doubtful("scrub", doubt);
  return {
    tables: known?.tables ?? new Map(),
    entries: [...rules.entries.map(of), ...(known?.entries ?? [])],
    translations: [...changes.translations.map(of), ...(known?.translations ?? [])],
    scrubs: [...scrubs.scrubs.map(of), ...(known?.scrubs ?? [])],
  };
}

/** Line by line: each is a whole rule, what stands in brackets counts packets, and what in braces is about some of them alone. */
function rulesIn({ text, line: first }: Printed, services: Services): readonly Ruleset[] {
  const open: number[] = [];
  const read = text.split("\n").flatMap((line, i): readonly Ruleset[] => {
    if (line === "" || line.startsWith("  [ ")) return [];
    if (opening.test(line)) {
      open.push(i);
      return [];
    }
    if (line.trim() === "}" && open.pop() !== undefined) return [];
    return [on(open.length > 0 ? doubtful(line.trim(), "a rule in braces") : readLine(line, services), first + i)];
  });
  // A tag may be called `{`, and then what looked like a brace was a line by itself.
  const unclosed = open.map((i) => on(doubtful("", "a brace that does not close"), first + i));
  return [...unclosed, ...read];
}

/** An anchor whose rules follow; a rule that ends so has a tag of that name. */
const opening = /^\s*(?:no )?(?:(?:scrub|nat|rdr|binat|dummynet)-)?anchor(?: .*)? \{$/;

function on({ tables, scrubs, entries, translations }: Ruleset, line: number): Ruleset {
  const at = <T extends Criteria>(criteria: T): T => ({ ...criteria, line });
  return { tables, scrubs: scrubs.map(at), entries: entries.map(at), translations: translations.map(at) };
}

function readLine(line: string, services: Services): Ruleset {
  if (/^nat64(-anchor)?(?= |$)/.test(line)) return doubtful(line, "a change of the family of addresses");
  try {
    return rulesetOf(readText(`${line}\n`, { services }));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return doubtful(line, error.message);
  }
}

function readInfo(text: string): boolean {
  const [, status] = /^Status: (Enabled|Disabled)\b/m.exec(text) ?? [];
  if (status === undefined) throw new Unreadable(1, "it does not say whether pf is enabled");
  return status === "Enabled";
}

const readSkipped = ({ text, line: first }: Printed): ReadonlyMap<string, number> =>
  new Map(
    text.split("\n").flatMap((line, i) => {
      const [, name] = /^(\S+) \(skip\)/.exec(line) ?? [];
      return name === undefined ? [] : [[name, first + i] as const];
    }),
  );

/** Names of tables, as `pfctl -sT` prints them: one a line. */
export const readTableNames = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

type Leading = Criteria & { readonly path?: string; readonly isWildcard: boolean };

/** Whether packets come to the rules of an anchor at all: lines lead there from the main ruleset, by whatever way. */
export function isReached(
  program: Program,
  wanted: string,
  linesOf: (ruleset: Ruleset) => readonly Leading[] = anchors,
): boolean {
  const reached = new Set([""]);
  for (const path of reached) {
    const ruleset = program.get(path);
    for (const line of ruleset ? linesOf(ruleset) : []) {
      if (line.path === undefined) continue;
      const at = resolved(path, line.path);
      for (const each of line.isWildcard ? childrenOf(program, at) : [at]) reached.add(each);
    }
  }
  return reached.has(wanted);
}

const anchors = ({ entries }: Pick<Ruleset, "entries">): readonly Anchor[] =>
  entries.flatMap((entry) => (entry.kind === "anchor" ? [entry] : []));
