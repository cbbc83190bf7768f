import { type Ruleset, stages } from "../../ir/ruleset.ts";
import type { Document, Filter } from "../readers/wfp/document.ts";
import { layers, Unreadable } from "../readers/wfp/document.ts";
import { type Heading, type ReviewedFilter, readConditions, readReview } from "../readers/wfp/read-review.ts";

interface State {
  readonly ruleset: Ruleset;
  readonly document: Document;
}

/**
 * Holds what people read against the documents that are put in force: the same filters, heaviest first, each under the stage of
 * the plan that its statement has. Throws `Unreadable`.
 */
export function reviewed(text: string, policy: string, states: readonly State[]): void {
  const review = readReview(text);
  if (review.policy !== policy) throw new Unreadable(1, "it is of another policy");
  if (review.states.length !== states.length) throw new Unreadable(1, "it has not all states");
  const known = new SameFilter();
  for (const [i, { line, state, layers: told }] of review.states.entries()) {
    const { ruleset, document } = states[i] ?? fault(line, "a state too many");
    if (state !== ruleset.state) fault(line, `expected state ${ruleset.state}`);
    for (const [at, headings] of told.entries()) {
      const filters = document.filters.filter(({ layer }) => layer === layers[at]);
      inOrder(headings);
      complete(headings, filters, line);
      for (const [heading, shown, filter] of pairs(headings, filters)) {
        if (!known.same(shown, filter)) fault(shown.line, "the document has another filter here");
        stagedAs(heading, filter, shown, ruleset);
      }
    }
  }
}

function fault(line: number, reason: string): never {
  throw new Unreadable(line, reason);
}

const order: readonly string[] = stages;

/** What names its interface stands before the rest, and stages in their order. */
function inOrder(headings: readonly Heading[]): void {
  const places = headings.map(({ line, stage, isRest }) => {
    const place = order.indexOf(stage);
    return place < 0 ? fault(line, `no stage ${stage}`) : place + (isRest ? order.length : 0);
  });
  for (const [i, heading] of headings.entries())
    if (i > 0 && (places[i - 1] ?? 0) >= (places[i] ?? 0)) fault(heading.line, "this heading stands out of order");
}

function complete(headings: readonly Heading[], filters: readonly Filter[], line: number): void {
  const count = headings.reduce((sum, { filters: own }) => sum + own.length, 0);
  if (count !== filters.length)
    fault(headings[0]?.line ?? line, `${count} filters are told, the document has ${filters.length}`);
  const groups = headings.map(({ line: at, filters: own }, i) => {
    const from = headings.slice(0, i).reduce((sum, { filters: before }) => sum + before.length, 0);
    const weights = new Set(filters.slice(from, from + own.length).map(({ weight }) => weight));
    return { at, weights };
  });
  for (const [i, { at, weights }] of groups.entries()) {
    const lightest = Math.min(...(groups[i - 1]?.weights ?? [Number.POSITIVE_INFINITY]));
    if (weights.size !== 1 || Math.max(...weights) >= lightest) fault(at, "its filters are of another weight");
  }
}

function* pairs(
  headings: readonly Heading[],
  filters: readonly Filter[],
): Generator<[Heading, ReviewedFilter, Filter]> {
  let at = 0;
  for (const heading of headings)
    for (const shown of heading.filters) {
      const filter = filters[at++];
      if (filter) yield [heading, shown, filter];
    }
}

/** The statement asks for it in that stage, and it is about the interfaces that the heading says. */
function stagedAs(
  { stage, isRest }: Heading,
  { when }: Filter,
  { line, name }: ReviewedFilter,
  { rules }: Ruleset,
): void {
  if (isRest !== (when.interfaces === undefined && when.loopback === undefined))
    fault(line, "it is under another heading than its interfaces ask for");
  const isAsked =
    stage === "closed" ? name.startsWith("closed-") : rules.some((rule) => rule.stage === stage && rule.from === name);
  if (!isAsked) fault(line, `no rule of ${name} is of stage ${stage}`);
}

/** Filters stand in many states, and long lists in many filters: each is read once. */
class SameFilter {
  readonly #known = new Map<string, string>();

  same({ action, lifetime, name, conditions }: ReviewedFilter, { content }: Filter): boolean {
    const text = [action, lifetime, name, conditions].join("\n");
    if (this.#known.get(content) === text) return true;
    const said = JSON.parse(content);
    const read = readConditions(conditions);
    const words = Object.entries<true | readonly (string | number)[]>(said.when);
    const isSame =
      said.action === action &&
      said.lifetime === lifetime &&
      said.name === name &&
      read?.size === words.length &&
      words.every(([word, values]) => {
        const list = read.get(word);
        return values === true
          ? list?.length === 0
          : list?.length === values.length && values.every((value, i) => `${value}` === list[i]);
      });
    if (isSame) this.#known.set(content, text);
    return isSame;
  }
}
