import type { Answer } from "./meaning.ts";
import type { Listed } from "./nft.ts";

export interface Reader {
  /** Whether these listings mean what the files say, with a state in force. It may take its time. */
  readonly meaning: (texts: readonly string[], state: string) => Promise<Answer>;
  readonly note: (text: string) => void;
}

/** Each listing is read once: an equal one means the same. */
export class Readings {
  /** Fingerprint of a listing → what it means that no file says. */
  readonly differences = new Map<string, string>();
  readonly #reader: Reader;
  readonly #begun = new Set<string>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  read({ fixed, texts }: Listed, state: string, differs: (what: string) => void): void {
    if (this.#begun.has(fixed)) return;
    this.#begun.add(fixed);
    void this.#reader.meaning(texts, state).then((answer) => {
      if (answer.kind === "difference") {
        this.differences.set(fixed, answer.what);
        differs(answer.what);
      } else this.#reader.note(answer.kind === "same" ? same : `${unknown}: ${answer.why}`);
    });
  }
}

const same = "the kernel holds what the files say, for every packet";
const unknown = "nobody can tell whether the kernel holds what the files say, for every packet";
