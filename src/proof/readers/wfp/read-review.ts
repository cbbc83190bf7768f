import { type Layer, layers, lifetimes, Unreadable } from "./document.ts";

/** What `listing.txt` tells a person, without any of it being looked up. */
export interface Review {
  readonly policy: string;
  readonly states: readonly ReviewedState[];
}

interface ReviewedState {
  readonly line: number;
  readonly state: string;
  /** All layers, in their order. */
  readonly layers: readonly (readonly Heading[])[];
}

/** Filters of one weight; `isRest`: they name no interface, and are not about loopback. */
export interface Heading {
  readonly line: number;
  readonly stage: string;
  readonly isRest: boolean;
  readonly filters: readonly ReviewedFilter[];
}

export interface ReviewedFilter {
  readonly line: number;
  readonly action: string;
  readonly lifetime: string;
  readonly name: string;
  /** As it is written: `readConditions` reads it. */
  readonly conditions: string;
}

/** Each word with its values; without any it just holds. */
export type ReviewedConditions = ReadonlyMap<string, readonly string[]>;

/** Throws `Unreadable`. */
export function readReview(text: string): Review {
  const lines = text.split("\n");
  const [, policy] =
    /^policy (\S+): in each layer the heaviest filter that matches decides$/.exec(lines[0] ?? "") ?? [];
  if (policy === undefined) throw new Unreadable(1, "expected the name of a policy");
  if (lines.at(-1) !== "") throw new Unreadable(lines.length, "expected an end of line");
  const reader = new ReviewReader(lines.slice(0, -1));
  return { policy, states: reader.states() };
}

class ReviewReader {
  readonly #lines: readonly string[];
  #at = 1;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  states(): readonly ReviewedState[] {
    const states: ReviewedState[] = [];
    while (this.#at < this.#lines.length) {
      this.#expect("");
      const line = this.#at + 1;
      const [state = ""] = this.#take(/^state (\S+)$/) ?? this.#fault("expected a state");
      states.push({ line, state, layers: layers.map((layer) => this.#layer(layer)) });
    }
    return states;
  }

  #layer(layer: Layer): readonly Heading[] {
    this.#expect("");
    this.#expect(`  ${layer}`);
    const headings: Heading[] = [];
    for (let taken = this.#take(heading); taken; taken = this.#take(heading)) {
      const [stage = "", rest] = taken;
      headings.push({ line: this.#at, stage, isRest: rest !== undefined, filters: this.#filters() });
    }
    return headings;
  }

  #filters(): readonly ReviewedFilter[] {
    const filters: ReviewedFilter[] = [];
    for (let taken = this.#take(filter); taken; taken = this.#take(filter)) {
      const [action = "", lifetime = "", name = "", conditions = ""] = taken;
      filters.push({ line: this.#at, action, lifetime, name, conditions });
    }
    return filters.length > 0 ? filters : this.#fault("expected a filter");
  }

  /** The groups, and on to the next line; or undefined, and nothing is taken. */
  #take(wanted: RegExp): readonly (string | undefined)[] | undefined {
    const found = wanted.exec(this.#lines[this.#at] ?? "");
    if (found) this.#at++;
    return found?.slice(1);
  }

  #expect(wanted: string): void {
    if (this.#lines[this.#at] !== wanted) this.#fault(`expected ${JSON.stringify(wanted)}`);
    this.#at++;
  }

  #fault(reason: string): never {
    throw new Unreadable(this.#at + 1, reason);
  }
}

const heading = /^ {4}# ([a-z-]+)(, any other interface)?$/;
const filter = new RegExp(`^ {4}(permit|block) +(${lifetimes.join("|")}) +([^ #]+)(?: +(\\S.*))?$`);

/** `interface "Wi-Fi 2", Ethernet; protocol 6; remotePort 53, 853`. Undefined: it reads as something else, or in two ways. */
export function readConditions(text: string): ReviewedConditions | undefined {
  const read = new Map<string, readonly string[]>();
  let end = 0;
  for (const { 0: whole, 1: word = "", 2: values = "", index } of text.matchAll(condition)) {
    if (index !== end || read.has(word)) return undefined;
    end += whole.length;
    const list = values.match(value) ?? [];
    read.set(
      word,
      list.map((each) => each.replace(/^"(.*)"$/, "$1")),
    );
  }
  return end === text.length && !text.endsWith(";") && !text.endsWith(" ") ? read : undefined;
}

const value = /"[^"]*"|[^\s",;]+/g;
const one = `(?:"[^"]*"|[^\\s",;]+)`;
const condition = new RegExp(`([A-Za-z]+)( ${one}(?:, ${one})*)?(?:; (?=.)|$)`, "g");
