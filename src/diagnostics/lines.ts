/** A place for people and editors: both 1-based; a column counts UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The lines of one text, found once and then looked up by binary search. */
export class Lines {
  readonly text: string;
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.text = text;
    const starts = [0];
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) starts.push(end + 1);
    this.#starts = starts;
  }

  get count(): number {
    return this.#starts.length;
  }

  /** Offsets outside the text are taken as its nearer end. */
  position(offset: number): Position {
    const at = Math.min(Math.max(offset, 0), this.text.length);
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.start(middle + 1) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - this.start(low + 1) + 1 };
  }

  /** The offset of a line's first character. */
  start(line: number): number {
    return this.#starts[line - 1] ?? this.text.length;
  }

  /** A line without its end (`\n` or `\r\n`). */
  line(line: number): string {
    return this.text.slice(this.start(line), this.start(line + 1)).replace(/\r?\n$/, "");
  }
}
