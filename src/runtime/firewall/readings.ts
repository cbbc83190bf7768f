import type { Kernel, Listed } from "./kernel.ts";

interface Reader extends Pick<Kernel, "meaning"> {
  readonly note: (text: string) => void;
}

/** Each listing is read once: an equal one means the same. */
export class Readings {
  /** Fingerprint of a listing → why it must not be in force: what it means that no file says, or that nobody can tell. */
  readonly faults = new Map<string, string>();
  readonly #reader: Reader;
  readonly #begun = new Set<string>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  read({ fixed, texts }: Listed, state: string, refute: (why: string) => void): void {
    if (this.#begun.has(fixed)) return;
    this.#begun.add(fixed);
    void this.#reader.meaning(texts, state).then((answer) => {
      if (answer.kind === "same") this.#reader.note("the kernel holds what the files say, for every packet");
      else {
        const why =
          answer.kind === "difference"
            ? `the kernel holds something else than was loaded: ${answer.what}`
            : `nobody can tell whether the kernel holds what was loaded: ${answer.why}`;
        this.faults.set(fixed, why);
        refute(why);
      }
    });
  }
}
