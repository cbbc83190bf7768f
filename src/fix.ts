import { type Checked, check } from "./check.ts";
import { type Diagnostic, type Edit, isError } from "./diagnostics/diagnostic.ts";
import { applyEdits } from "./diagnostics/edits.ts";
import type { Source } from "./diagnostics/span.ts";

/** A fault that is gone, and how. */
export interface Repair {
  readonly code: Diagnostic["code"];
  readonly message: string;
  readonly help: string;
}

export interface Fixed {
  readonly text: string;
  /** In the order in which they were applied. */
  readonly fixed: readonly Repair[];
  /** What is left, in `text`. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Applies the fixes of errors one by one and keeps each only where its fault is gone and no other has come. What a
 * warning proposes is left to people: such a policy works, and a statement in it may be there for a reason. `judge` is
 * what tells faults.
 */
export function fix(source: Source, judge: typeof check = check): Fixed {
  const fixed: Repair[] = [];
  let now = look(source, judge);
  for (let next = improve(now, judge); next; next = improve(now, judge)) {
    now = next.look;
    fixed.push(next.repair);
  }
  return { text: now.source.text, fixed, diagnostics: now.checked.diagnostics };
}

/** What a check says, and how many of its stages it came through. */
interface Look {
  readonly source: Source;
  readonly checked: Checked;
  readonly stages: number;
}

function look(source: Source, judge: typeof check): Look {
  let stages = 0;
  const checked = judge(source, () => stages++);
  return { source, checked, stages };
}

/** The text with the first fix that is one. */
function improve(before: Look, judge: typeof check): { readonly look: Look; readonly repair: Repair } | undefined {
  for (const fault of before.checked.diagnostics.filter(isError)) {
    const { code, message, help } = fault;
    const text = help && edited(before.source, help.edits);
    if (!help || text === undefined) continue;
    const after = look({ ...before.source, text }, judge);
    if (better(before, after, fault)) return { look: after, repair: { code, message, help: help.text } };
  }
  return undefined;
}

/** Undefined where the edits do not stand apart in this one file, or change nothing. */
function edited({ file, text }: Source, edits: readonly Edit[]): string | undefined {
  const sorted = edits.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  const apart = sorted.every(({ span }, i) => span.file === file && span.start >= (sorted[i - 1]?.span.end ?? 0));
  if (!apart) return undefined;
  const result = applyEdits(text, sorted).text;
  return result === text ? undefined : result;
}

/**
 * A check stops at the first stage with an error: one that comes further may tell faults that were hidden before, and no
 * other is new. As stages only rise and faults at one stage only get fewer, this ends.
 */
function better(before: Look, after: Look, fault: Diagnostic): boolean {
  const [had, has] = [tally(before), tally(after)];
  if (count(has, fault) >= count(had, fault)) return false;
  if (after.stages !== before.stages) return after.stages > before.stages;
  return after.checked.diagnostics.every((found) => count(has, found) <= count(had, found));
}

/** Places shift with every edit; code and words tell faults apart. */
const key = ({ code, message }: Diagnostic): string => `${code} ${message}`;
const tally = ({ checked }: Look): ReadonlyMap<string, readonly Diagnostic[]> => Map.groupBy(checked.diagnostics, key);
const count = (tallied: ReadonlyMap<string, readonly Diagnostic[]>, found: Diagnostic): number =>
  tallied.get(key(found))?.length ?? 0;
