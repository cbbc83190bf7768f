import type { Difference } from "./comparison.ts";

/** Where files do not mean what was planned: a packet that shows it, or a place that cannot be so. */
export type Mismatch = { readonly file: string } & (
  | { readonly kind: "unreadable"; readonly line: number; readonly reason: string }
  | { readonly kind: "packet"; readonly state: string; readonly difference: Difference }
  | { readonly kind: "effect"; readonly reason: string }
  | { readonly kind: "move"; readonly move: string; readonly difference: Difference }
  | { readonly kind: "unloadable" | "meddling"; readonly reason: string }
);

/** What a validation finds. Undefined: it ends without. */
export function mismatchOf(run: () => void): Mismatch | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof Found) return error.mismatch;
    throw error;
  }
}

/** What a reader throws where it does not understand a line. */
interface Unread extends Error {
  readonly line: number;
}

/** Of a file that is read: where it is not understood, that is the mismatch. */
export function reading<T>(file: string, unreadable: new (line: number, reason: string) => Unread, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof unreadable)) throw error;
    throw new Found({ kind: "unreadable", file, line: error.line, reason: error.message });
  }
}

/** Ends a validation: one mismatch is enough. */
export class Found extends Error {
  readonly mismatch: Mismatch;

  constructor(mismatch: Mismatch) {
    super(mismatch.kind);
    this.mismatch = mismatch;
  }
}
