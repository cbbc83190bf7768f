import type { Comparison } from "./program.ts";

const most = 65535;

/** The ports that a test is about, sorted. */
export const portsOf = (test: Comparison): readonly { readonly first: bigint; readonly last: bigint }[] =>
  spansOf(test)
    .filter(([first, last]) => first <= last)
    .map(([first, last]) => ({ first: BigInt(first), last: BigInt(last) }));

function spansOf(test: Comparison): readonly (readonly [first: number, last: number])[] {
  switch (test.kind) {
    case "range":
      return [[test.first, test.last]];
    case "inside":
      return [[test.first + 1, test.last - 1]];
    case "outside":
      return [
        [0, test.first - 1],
        [test.last + 1, most],
      ];
    case "=":
      return [[test.value, test.value]];
    case "!=":
      return [
        [0, test.value - 1],
        [test.value + 1, most],
      ];
    case "<":
      return [[0, test.value - 1]];
    case "<=":
      return [[0, test.value]];
    case ">":
      return [[test.value + 1, most]];
    case ">=":
      return [[test.value, most]];
  }
}
