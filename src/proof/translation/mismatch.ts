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

/** Ends a validation: one mismatch is enough. */
export class Found extends Error {
  readonly mismatch: Mismatch;

  constructor(mismatch: Mismatch) {
    super(mismatch.kind);
    this.mismatch = mismatch;
  }
}
