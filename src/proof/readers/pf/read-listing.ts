import { rulesetOf } from "./expand.ts";
import type { Machine } from "./meaning.ts";
import { usualServices } from "./names.ts";
import {
  type Anchor,
  type Criteria,
  type Program,
  type Rule,
  type Ruleset,
  type Table,
  Unreadable,
} from "./program.ts";
import { readText } from "./read-text.ts";
import type { Services } from "./read-values.ts";
import { readTable } from "./tables.ts";

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
  const skipped = readSkipped(interfaces);
  return { machine: { isEnabled: readInfo(info), skipped: [...skipped.keys()] }, program, skipped };
}

/** Line by line: each is a whole rule, what stands in brackets counts packets, and what in braces is about some of them alone. */
function rulesIn({ text, line: first }: Printed, services: Services): readonly Ruleset[] {
  let depth = 0;
  return text.split("\n").flatMap((line, i): readonly Ruleset[] => {
    if (line === "" || line.startsWith("  [ ")) return [];
    const isBrace = line.endsWith("{") || line.trim() === "}";
    if (isBrace) {
      depth += line.endsWith("{") ? 1 : -1;
      return [];
    }
    const read = depth > 0 ? doubtful(line.trim(), "a rule in braces") : readLine(line, services);
    const at = <T extends Criteria>(criteria: T): T => ({ ...criteria, line: first + i });
    const { tables, scrubs, entries, translations } = read;
    return [{ tables, scrubs: scrubs.map(at), entries: entries.map(at), translations: translations.map(at) }];
  });
}

function readLine(line: string, services: Services): Ruleset {
  try {
    return rulesetOf(readText(`${line}\n`, { services }));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return doubtful(line, error.message);
  }
}

/** What a line may do at most that is not understood: as far as its first words are, that, and otherwise anything. */
function doubtful(text: string, doubt: string): Ruleset {
  const none: Ruleset = { tables: new Map(), scrubs: [], entries: [], translations: [] };
  // What holds packets up lets none pass and refuses none.
  if (/^(no )?dummynet(-anchor)?(?= |$)|^no (nat|rdr|binat)(?= |$)/.test(text)) return none;
  const head = /^(pass|block)(?: drop| return)?( in| out)?(?: log)?( quick)?(?: on (\w+)(?= |$))?/.exec(text);
  const [, action, direction, quick] = head ?? [];
  const translation = /^(nat|rdr|binat)(-anchor| pass)?(?= |$)/.exec(text);
  const scrub = /^(?:no )?scrub(?:-anchor)?(?= |$)/.test(text);
  const on = head?.[4] ?? /^\w+(?: pass)? on (\w+)(?= |$)/.exec(text)?.[1];
  const any = { kind: "any", isNegated: false } as const;
  const criteria: Criteria = {
    line: 1,
    ...(direction !== undefined && { direction: direction === " in" ? "in" : "out" }),
    ...(on !== undefined && { interface: { name: on, isNegated: false } }),
    source: any,
    destination: any,
    isOpening: false,
    isOfFragments: false,
    doubt,
  };
  const rule = (as: Rule["action"]): Rule => ({
    kind: "rule",
    ...criteria,
    action: as,
    isQuick: head === null || quick !== undefined,
    isLogged: false,
    keeps: as === "pass" ? "floating" : "no state",
    allowsOptions: true,
  });
  if (scrub) return { ...none, scrubs: [{ kind: "scrub", ...criteria, reassembles: false, isWildcard: false }] };
  if (translation) {
    const kind = translation[1] === "nat" ? "nat" : translation[1] === "rdr" ? "rdr" : "binat";
    return { ...none, translations: [{ kind, ...criteria, isFinal: translation[2] !== undefined, isWildcard: false }] };
  }
  if (action === "pass") return { ...none, entries: [rule("pass")] };
  return { ...none, entries: action === "block" ? [rule("drop")] : [rule("pass"), rule("drop")] };
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

/** Whether packets come to the rules of an anchor at all: every line of its chain of anchors is there. */
export function isReached(
  program: Program,
  wanted: string,
  linesOf: (
    ruleset: Ruleset,
  ) => readonly (Criteria & { readonly path?: string; readonly isWildcard: boolean })[] = anchors,
  path = "",
): boolean {
  const ruleset = program.get(path);
  const prefix = path === "" ? "" : `${path}/`;
  if (wanted === path) return true;
  return (ruleset ? linesOf(ruleset) : []).some((entry) => {
    if (entry.path === undefined) return false;
    const at = entry.path.startsWith("/") ? entry.path.slice(1) : `${prefix}${entry.path}`;
    const isBelow = wanted.startsWith(`${at}/`);
    if (!entry.isWildcard) return wanted === at || (isBelow && isReached(program, wanted, linesOf, at));
    const child = wanted.slice(0, `${at}/`.length) + (wanted.slice(`${at}/`.length).split("/")[0] ?? "");
    return isBelow && (child === wanted || isReached(program, wanted, linesOf, child));
  });
}

const anchors = ({ entries }: Ruleset): readonly Anchor[] =>
  entries.flatMap((entry) => (entry.kind === "anchor" ? [entry] : []));
