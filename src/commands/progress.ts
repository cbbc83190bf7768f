import { visible } from "../diagnostics/display.ts";

/** Shorter work needs no word. */
const patience = 500;
const refresh = 100;

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** One line that a terminal shows while work lasts; elsewhere nothing, a log has no use for it. */
export class Progress {
  readonly #stream: Terminal;
  readonly #clock: () => number;
  #next: number;
  #shown = false;

  constructor(stream: Terminal, clock: () => number = Date.now) {
    this.#stream = stream;
    this.#clock = clock;
    this.#next = clock() + patience;
  }

  /** The work is synchronous, so no timer would fire: each step asks for the time. */
  say(text: string): void {
    if (this.#stream.isTTY !== true || this.#clock() < this.#next) return;
    this.#next = this.#clock() + refresh;
    this.#shown = true;
    this.#stream.write(`\r\u001b[K${visible(text).slice(0, (this.#stream.columns ?? 80) - 1)}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shown) this.#stream.write("\r\u001b[K");
    this.#shown = false;
  }
}
