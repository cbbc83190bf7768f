import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Operation, terminals } from "../../../src/proof/packets/operation.ts";
import {
  orElse,
  overruledBy,
  type Verdict,
  VerdictFunction,
  verdicts,
} from "../../../src/proof/packets/verdict-function.ts";
import { type Constraint, constraints, digitWidths, expectMembers, meets, setOf, spaceOf, those } from "./universe.ts";

const codes = Array.from({ length: terminals }, (_, i) => i);
const of = (operation: Operation, a: number, b: number): number => operation.table[a * terminals + b] ?? -1;

describe.each([
  ["orElse", orElse],
  ["overruledBy", overruledBy],
])("%s", (_, operation) => {
  test("is associative, for all 216 triples", () => {
    expect(terminals).toBe(verdicts.length);
    for (const a of codes)
      for (const b of codes)
        for (const c of codes)
          expect(of(operation, of(operation, a, b), c), `${a} ${b} ${c}`).toBe(of(operation, a, of(operation, b, c)));
  });
  test("has none as its unit", () => {
    for (const a of codes) expect([of(operation, 0, a), of(operation, a, 0)]).toEqual([a, a]);
  });
});

interface Line {
  readonly about: Constraint;
  readonly verdict: Verdict;
}
const lines = (...some: readonly Verdict[]): fc.Arbitrary<readonly Line[]> =>
  fc.array(fc.record({ about: constraints, verdict: fc.constantFrom(...some) }), { maxLength: 9 });

const first = (list: readonly Line[], p: readonly bigint[]): Verdict =>
  list.find(({ about }) => meets(about, p))?.verdict ?? "none";
const last = (list: readonly Line[], p: readonly bigint[]): Verdict => {
  const hits = list.filter(({ about }) => meets(about, p));
  return (hits.find(({ verdict }) => verdict.endsWith("!")) ?? hits.at(-1))?.verdict ?? "none";
};
const isPermit = (verdict: Verdict): boolean => verdict.startsWith("permit");

describe.each(digitWidths)("with digits of %i bits", (digitBits) => {
  test("the first or the last match decides, as rule by rule", () => {
    fc.assert(
      fc.property(lines("block", "permit", "block!", "permit!"), (list) => {
        const space = spaceOf(digitBits);
        const rules = list.map(({ about, verdict }) => ({ set: setOf(about, space), verdict }));
        const [byFirst, byLast] = [VerdictFunction.firstMatch(space, rules), VerdictFunction.lastMatch(space, rules)];
        expectMembers(
          byFirst.permitted(),
          those((p) => isPermit(first(list, p))),
        );
        expectMembers(
          byLast.permitted(),
          those((p) => isPermit(last(list, p))),
        );
        expectMembers(
          byFirst.undecided(),
          those((p) => first(list, p) === "none"),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("any bracketing means the same", () => {
    fc.assert(
      fc.property(lines("block", "permit", "block!", "permit!"), fc.nat({ max: 9 }), (list, at) => {
        const space = spaceOf(digitBits);
        const rules = list.map(({ about, verdict }) => ({ set: setOf(about, space), verdict }));
        const cut = [rules.slice(0, at), rules.slice(at)];
        const chained = VerdictFunction.firstMatch(
          space,
          cut.map((part) => VerdictFunction.firstMatch(space, part)),
        );
        expect(chained.equals(VerdictFunction.firstMatch(space, rules))).toBe(true);
        const layered = VerdictFunction.arbitrate(
          space,
          cut.map((part) => VerdictFunction.lastMatch(space, part)),
        );
        expect(layered.equals(VerdictFunction.lastMatch(space, rules))).toBe(true);
        const oneByOne = rules.reduceRight(
          (rest, rule) => VerdictFunction.firstMatch(space, [rule, rest]),
          VerdictFunction.firstMatch(space, []),
        );
        expect(oneByOne.equals(VerdictFunction.firstMatch(space, rules))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("a jump comes back from a chain that returns or ends", () => {
    fc.assert(
      fc.property(lines("block", "permit", "return"), constraints, lines("block", "permit"), (chain, gate, rest) => {
        const space = spaceOf(digitBits);
        const rulings = (list: readonly Line[]) =>
          list.map(({ about, verdict }) => ({ set: setOf(about, space), verdict }));
        const called = VerdictFunction.firstMatch(space, rulings(chain)).ended().inside(setOf(gate, space));
        const whole = VerdictFunction.firstMatch(space, [called, ...rulings(rest)]);
        const judge = (p: readonly bigint[]): Verdict => {
          const inside = meets(gate, p) ? first(chain, p) : "none";
          return inside === "none" || inside === "return" ? first(rest, p) : inside;
        };
        expectMembers(
          whole.permitted(),
          those((p) => isPermit(judge(p))),
        );
        expectMembers(
          whole.undecided(),
          those((p) => judge(p) === "none"),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("a later layer overrules what is soft, and nothing overrules what is final", () => {
    fc.assert(
      fc.property(fc.array(lines("block", "permit", "block!", "permit!"), { maxLength: 4 }), (layers) => {
        const space = spaceOf(digitBits);
        const functions = layers.map((list) =>
          VerdictFunction.firstMatch(
            space,
            list.map(({ about, verdict }) => ({ set: setOf(about, space), verdict })),
          ),
        );
        const judge = (p: readonly bigint[]): Verdict => {
          let verdict: Verdict = "none";
          for (const layer of layers) {
            const own = first(layer, p);
            if (!verdict.endsWith("!") && own !== "none") verdict = own;
          }
          return verdict;
        };
        const arbitrated = VerdictFunction.arbitrate(space, functions);
        expectMembers(
          arbitrated.permitted(),
          those((p) => isPermit(judge(p))),
        );
      }),
      { numRuns: 60 },
    );
  });
});
