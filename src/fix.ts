import { type Checked, check } from "./check.ts";
import { alone } from "./check-together.ts";
import { type Diagnostic, type Edit, isError } from "./diagnostics/diagnostic.ts";
import { applyEdits } from "./diagnostics/edits.ts";
import type { Source } from "./diagnostics/span.ts";
import type { Load } from "./ir/expand/load.ts";

/** A fault, where its fix is to be made, and how. */
interface Repair {
  readonly file: string;
  readonly code: Diagnostic["code"];
  readonly message: string;
  readonly help: string;
}

export interface Fixed {
  /** The files that are other now; each policy that reads one of them has no error left. */
  readonly changed: readonly (Source & { readonly before: string })[];
  /** In the order in which they were applied. */
  readonly fixed: readonly Repair[];
  /** Proposals that were not taken. */
  readonly left: readonly (Repair & { readonly why: string })[];
}

export interface FixOptions {
  /** Reads what a policy imports; without it, an import is an error. */
  readonly load?: (policy: Source) => Load;
  /** Unsaid, the sources and nothing that they import. */
  readonly mayChange?: (file: string) => boolean;
  /** What tells faults. */
  readonly judge?: (...args: Parameters<typeof check>) => Pick<Checked, "sources" | "diagnostics">;
}

/**
 * Applies the fixes of errors one by one and keeps each only where its fault is gone and no other has come. A file that
 * would still not compile stays as it was, with all that belongs to it. What a warning proposes is left to people: such a
 * policy works, and a statement in it may be there for a reason.
 */
export function fix(sources: readonly Source[], options: FixOptions = {}): Fixed {
  const named = new Set(sources.map(({ file }) => file));
  const { mayChange = (file) => named.has(file) } = options;
  const first: Desk = { texts: new Map(), looks: sources.map((source) => look(source, new Map(), options)) };
  const repairs: Repair[] = [];
  let now = first;
  for (let next = improve(now, mayChange, options); next; next = improve(now, mayChange, options)) {
    now = next.desk;
    repairs.push(next.repair);
  }
  const kept = wholeFiles(now);
  return {
    changed: [...now.texts]
      .filter(([file]) => kept.has(file))
      .map(([file, text]) => ({ file, before: textAt(first, file), text })),
    fixed: repairs.filter(({ file }) => kept.has(file)),
    left: [
      ...repairs.filter(({ file }) => !kept.has(file)).map((repair) => ({ ...repair, why: remaining(now, repair) })),
      ...proposals(now).map(({ repair }) => ({
        ...repair,
        why: mayChange(repair.file) ? "the proposal alone would bring another fault" : "this file was not named",
      })),
    ],
  };
}

const textAt = ({ looks }: Desk, file: string): string =>
  looks.map(({ read }) => read.get(file)).find((text) => text !== undefined) ?? "";

/** What a check says of one source, and how many of its stages it came through. */
interface Look {
  /** As it was at first. */
  readonly source: Source;
  readonly diagnostics: readonly Diagnostic[];
  /** Every text it read, by file, itself included. */
  readonly read: ReadonlyMap<string, string>;
  readonly stages: number;
}
interface Desk {
  /** Of the files that were changed. */
  readonly texts: ReadonlyMap<string, string>;
  readonly looks: readonly Look[];
}

function look(source: Source, texts: ReadonlyMap<string, string>, { load, judge = check }: FixOptions): Look {
  const fresh = (read: Source): Source => ({ ...read, text: texts.get(read.file) ?? read.text });
  const inner = load?.(source);
  const overlay: Load = (path, from) => {
    const loaded = inner?.(path, from) ?? { fault: "no way to read files was given" };
    return "fault" in loaded ? loaded : fresh(loaded);
  };
  let stages = 0;
  const now = fresh(source);
  const { sources, diagnostics } = judge(now, { load: overlay, measure: () => stages++ });
  return { source, diagnostics, read: new Map([...sources, now].map(({ file, text }) => [file, text])), stages };
}

interface Proposal {
  readonly fault: Diagnostic;
  readonly repair: Repair;
  /** The text of the file with the fix. */
  readonly text: string;
}

/** The fixes of all errors, each once, however many policies read the file. */
function proposals({ looks }: Desk): readonly Proposal[] {
  const found = looks.flatMap(({ diagnostics, read }) =>
    diagnostics.filter(isError).flatMap((fault) => {
      const { code, message, help } = fault;
      const file = help?.edits[0]?.span.file;
      const text = file === undefined ? undefined : edited(read.get(file), file, help?.edits ?? []);
      if (!help || file === undefined || text === undefined) return [];
      return [{ fault, text, repair: { file, code, message, help: help.text } }];
    }),
  );
  return [...new Map(found.map((proposal) => [JSON.stringify(proposal.fault), proposal])).values()];
}

/** Undefined where the edits do not stand apart in this one file, or change nothing. */
function edited(text: string | undefined, file: string, edits: readonly Edit[]): string | undefined {
  const sorted = edits.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  const apart = sorted.every(({ span }, i) => span.file === file && span.start >= (sorted[i - 1]?.span.end ?? 0));
  if (text === undefined || !apart) return undefined;
  const result = applyEdits(text, sorted).text;
  return result === text ? undefined : result;
}

/** The texts with the first fix that is one. */
function improve(
  before: Desk,
  mayChange: (file: string) => boolean,
  options: FixOptions,
): { readonly desk: Desk; readonly repair: Repair } | undefined {
  for (const { fault, repair, text } of proposals(before)) {
    if (!mayChange(repair.file)) continue;
    const texts = new Map([...before.texts, [repair.file, text]]);
    const looks = before.looks.map((old) => (old.read.has(repair.file) ? look(old.source, texts, options) : old));
    if (better(before.looks, looks, fault)) return { desk: { texts, looks }, repair };
  }
  return undefined;
}

/** Fewer of this fault, and no source is worse off. As stages only rise and faults at one stage only get fewer, this ends. */
function better(before: readonly Look[], after: readonly Look[], fault: Diagnostic): boolean {
  const total = (looks: readonly Look[]) => looks.reduce((sum, each) => sum + count(tally(each), fault), 0);
  return total(after) < total(before) && after.every((each, i) => isNoWorse(before[i], each));
}

/** A check stops at the first stage with an error: one that comes further may tell what was hidden before. */
function isNoWorse(before: Look | undefined, after: Look): boolean {
  if (!before || before === after) return true;
  if (after.stages !== before.stages) return after.stages > before.stages;
  const [had, has] = [tally(before), tally(after)];
  return after.diagnostics.every((found) => count(has, found) <= count(had, found));
}

/** Places shift with every edit; code and words tell faults apart. */
const key = ({ code, message }: Diagnostic): string => `${code} ${message}`;
const tally = ({ diagnostics }: Look): ReadonlyMap<string, readonly Diagnostic[]> => Map.groupBy(diagnostics, key);
const count = (tallied: ReadonlyMap<string, readonly Diagnostic[]>, found: Diagnostic): number =>
  tallied.get(key(found))?.length ?? 0;

/** The changed files that no faulty source reads; where one is taken back, so is what was changed along with it. */
function wholeFiles({ texts, looks }: Desk): ReadonlySet<string> {
  let kept = new Set(texts.keys());
  for (;;) {
    const takenBack = [...texts.keys()].filter((file) => !kept.has(file));
    const faulty = looks.filter(
      (each) => errorsOf(each, looks).length > 0 || takenBack.some((file) => each.read.has(file)),
    );
    const next = new Set([...kept].filter((file) => !faulty.some(({ read }) => read.has(file))));
    if (next.size === kept.size) return kept;
    kept = next;
  }
}

/** A fragment that another source imports is no policy, and no fault. */
const errorsOf = (each: Look, looks: readonly Look[]): readonly Diagnostic[] =>
  alone(
    each,
    looks.filter((other) => other !== each).map(({ read }) => read),
  ).filter(isError);

function remaining({ looks }: Desk, { file }: Repair): string {
  const reader = looks.find((each) => each.read.has(file) && errorsOf(each, looks).length > 0);
  const [error] = reader ? errorsOf(reader, looks) : [];
  return error ? `${error.code} would remain: ${error.message}` : "a file that belongs to it cannot be fixed";
}
