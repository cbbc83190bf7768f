import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { Lines } from "../diagnostics/lines.ts";
import type { Source, Span } from "../diagnostics/span.ts";

/** More than this help nobody. */
const LIMIT = 20;

/** Collects faults, at most one a line: whatever else a line shows may be a result of the first. */
export class Faults {
  readonly source: Source;
  readonly #lines: Lines;
  readonly #byLine = new Map<number, Diagnostic>();

  constructor(source: Source) {
    this.source = source;
    this.#lines = new Lines(source.text);
  }

  get full(): boolean {
    return this.#byLine.size >= LIMIT;
  }

  get none(): boolean {
    return this.#byLine.size === 0;
  }

  add(fault: Diagnostic): void {
    const line = this.#line(fault.primary?.span.start ?? 0);
    if (!this.#byLine.has(line) && !this.full) this.#byLine.set(line, fault);
  }

  /** Whether one of the lines from `start` to `end` has a fault already. */
  within(start: number, end: number): boolean {
    const first = this.#line(start);
    const last = this.#line(end);
    return [...this.#byLine.keys()].some((line) => line >= first && line <= last);
  }

  /** The offset behind the line of `offset`, its end included. */
  nextLine(offset: number): number {
    return this.#lines.start(this.#line(offset) + 1);
  }

  lineStart(offset: number): number {
    return this.#lines.start(this.#line(offset));
  }

  span(start: number, end: number): Span {
    const clip = (offset: number) => Math.min(offset, this.source.text.length);
    return { file: this.source.file, start: clip(start), end: clip(end) };
  }

  get sorted(): readonly Diagnostic[] {
    return [...this.#byLine.entries()].toSorted(([a], [b]) => a - b).map(([, fault]) => fault);
  }

  #line(offset: number): number {
    return this.#lines.position(offset).line;
  }
}

/** The start of a long word, for messages. */
export const shorten = (word: string): string => (word.length > 40 ? `${word.slice(0, 39)}…` : word);
