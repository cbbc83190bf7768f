import { Lines } from "./diagnostics/lines.ts";
import type { Source } from "./diagnostics/span.ts";
import { builtIns } from "./ir/built-ins.ts";
import type { Origins } from "./ir/origins.ts";
import type { StatementId } from "./ir/policy.ts";

/** A statement that decides; `line` where it stands in the source. */
export interface Decider {
  readonly id: StatementId;
  readonly statement: string;
  readonly line?: number;
  /** The fragment where it stands; absent: the policy itself. */
  readonly file?: string;
}

/** The statements of one policy, and what is built in, as they are shown beside a verdict. */
export class Deciders {
  readonly #origins: Origins;
  readonly #lines: ReadonlyMap<string, Lines>;

  constructor(origins: Origins, sources: readonly Source[]) {
    this.#origins = origins;
    this.#lines = new Map(sources.map(({ file, text }) => [file, new Lines(text)]));
  }

  of(id: StatementId): Decider {
    const origin = this.#origins.statements.get(id);
    if (!origin) return { id, statement: builtIns[id] ?? id };
    const [head] = origin.text.split("\n");
    const statement = (head ?? "").replace(/ \{$/, "");
    const { file, start } = origin.span;
    const line = this.#lines.get(file)?.position(start).line;
    return {
      id,
      statement,
      ...(line !== undefined && { line }),
      ...(file !== this.#origins.head.file && { file }),
    };
  }
}
