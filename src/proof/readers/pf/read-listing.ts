import { rulesetOf } from "./expand.ts";
import type { Machine } from "./meaning.ts";
import { usualServices } from "./names.ts";
import { type Program, type Ruleset, type TableContent, Unreadable } from "./program.ts";
import { readText } from "./read-text.ts";
import type { Services } from "./read-values.ts";
import { readTable } from "./tables.ts";
import type { Written } from "./written.ts";

/** What pfctl prints of a machine. Rules and tables by the path of their anchor; the main ruleset has the empty one. */
export interface Listed {
  /** `pfctl -s info`. */
  readonly info: string;
  /** `pfctl -v -s Interfaces`. */
  readonly interfaces: string;
  /** `pfctl -a PATH -sr`, with `-v` or without. */
  readonly rules: ReadonlyMap<string, string>;
  /** `pfctl -a PATH -t NAME -T show`, for each name of `pfctl -a PATH -sT`. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Names of ports by that machine's /etc/services. */
  readonly services?: Services;
}
export interface Listing {
  readonly machine: Machine;
  readonly program: Program;
  /** Rules that are not understood: nothing certain can be said where one of them may decide. */
  readonly unclear: readonly Unclear[];
}
interface Unclear {
  readonly path: string;
  readonly text: string;
  readonly reason: string;
}

/** @throws Unreadable where it is not even known whether pf is on, or what a table holds. */
export function readListing({ info, interfaces, rules, tables, services = usualServices }: Listed): Listing {
  const unclear: Unclear[] = [];
  const program = new Map<string, Ruleset>();
  for (const [path, text] of rules) {
    const { statements, faults } = readRules(text, services);
    unclear.push(...faults.map((fault) => ({ path, ...fault })));
    const content = [...(tables.get(path) ?? [])].map(([name, shown]) => [name, readTable(shown)] as const);
    program.set(path, withTables(rulesetOf(statements), new Map(content)));
  }
  return { machine: { isEnabled: readInfo(info), skipped: readSkipped(interfaces) }, program, unclear };
}

/** Line by line: each is a whole rule, and what stands in brackets counts packets. */
function readRules(text: string, services: Services) {
  const statements: Written[] = [];
  const faults: Omit<Unclear, "path">[] = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("  [ ")) continue;
    try {
      statements.push(...readText(`${line}\n`, { services }));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      faults.push({ text: line, reason: error.message });
    }
  }
  return { statements, faults };
}

const withTables = (ruleset: Ruleset, contents: ReadonlyMap<string, TableContent>): Ruleset => ({
  ...ruleset,
  tables: new Map([...contents].map(([name, content]) => [name, { line: 0, isPersistent: true, content }])),
});

function readInfo(text: string): boolean {
  const [, status] = /^Status: (Enabled|Disabled)\b/.exec(text) ?? [];
  if (status === undefined) throw new Unreadable(1, "it does not say whether pf is enabled");
  return status === "Enabled";
}

const readSkipped = (text: string): readonly string[] =>
  text.split("\n").flatMap((line) => /^(\S+) \(skip\)/.exec(line)?.[1] ?? []);

/** Names of tables, as `pfctl -sT` prints them: one a line. */
export const readTableNames = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

/** What `pfctl -sa` prints, by its headings: `FILTER RULES`, `TABLES`, `INFO`. */
export function sectionsOf(text: string): ReadonlyMap<string, string> {
  const parts = text.split(/^([A-Z][A-Z ]+):$\n/m);
  return new Map(
    Array.from({ length: Math.floor(parts.length / 2) }, (_, i) => [
      parts[2 * i + 1] ?? "",
      (parts[2 * i + 2] ?? "").replace(/\n\n$/, "\n"),
    ]),
  );
}

/** Whether packets come to the rules of an anchor at all: every line of its chain of anchors is there. */
export function isReached(program: Program, wanted: string, path = ""): boolean {
  const prefix = path === "" ? "" : `${path}/`;
  return (program.get(path)?.entries ?? []).some((entry) => {
    if (entry.kind !== "anchor") return false;
    const at = entry.path.startsWith("/") ? entry.path.slice(1) : `${prefix}${entry.path}`;
    const isBelow = wanted.startsWith(`${at}/`);
    if (!entry.isWildcard) return wanted === at || (isBelow && isReached(program, wanted, at));
    const child = wanted.slice(0, `${at}/`.length) + (wanted.slice(`${at}/`.length).split("/")[0] ?? "");
    return isBelow && (child === wanted || isReached(program, wanted, child));
  });
}
