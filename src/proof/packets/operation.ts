/**
 * What a diagram can end in. A set ends in 0 (outside) and 1 (inside); a verdict function in the verdicts of
 * `verdicts.ts`.
 */
export const terminals = 6;

const all = Array.from({ length: terminals }, (_, terminal) => terminal);
let defined = 0;

/** A table over terminals, and what may be known of a result before both sides are walked. */
export class Operation {
  readonly id: number = ++defined;
  readonly table: Uint8Array;
  /** The result when the left side is this terminal, whatever the right one is; -1 where it depends. */
  readonly leftDecides: Int8Array;
  readonly rightDecides: Int8Array;
  /** Whether this terminal on the left (right) gives back the other side. */
  readonly isLeftUnit: Uint8Array;
  readonly isRightUnit: Uint8Array;
  readonly isCommutative: boolean;
  /** `f(a, a) = a` for every terminal. */
  readonly isIdempotent: boolean;
  /** `f(a, a)` where it is the same for every terminal, else -1. */
  readonly ofEqual: number;

  constructor(f: (left: number, right: number) => number) {
    const agreed = (values: readonly number[]): number => {
      const [first = -1] = values;
      return values.every((value) => value === first) ? first : -1;
    };
    this.table = Uint8Array.from(all.flatMap((a) => all.map((b) => f(a, b))));
    this.leftDecides = Int8Array.from(all, (a) => agreed(all.map((b) => f(a, b))));
    this.rightDecides = Int8Array.from(all, (b) => agreed(all.map((a) => f(a, b))));
    this.isLeftUnit = Uint8Array.from(all, (a) => (all.every((b) => f(a, b) === b) ? 1 : 0));
    this.isRightUnit = Uint8Array.from(all, (b) => (all.every((a) => f(a, b) === a) ? 1 : 0));
    this.isCommutative = all.every((a) => all.every((b) => f(a, b) === f(b, a)));
    this.isIdempotent = all.every((a) => f(a, a) === a);
    this.ofEqual = agreed(all.map((a) => f(a, a)));
  }
}

// On sets; other terminals than 0 and 1 do not occur there.
export const union = new Operation((a, b) => (a > b ? a : b));
export const intersection = new Operation((a, b) => (a < b ? a : b));
export const difference = new Operation((a, b) => (b === 0 ? a : 0));
export const symmetricDifference = new Operation((a, b) => (a === b ? 0 : 1));
/** The right side inside the left one, 0 elsewhere: also labels a set with a terminal. */
export const within = new Operation((a, b) => (a === 0 ? 0 : b));
