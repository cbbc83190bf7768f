import type { Condition } from "../readers/nft/program.ts";
import type { Test } from "./rules.ts";

export const known = (condition: Condition): Test => ({ kind: "known", condition });

export const negated = (test: Test, isNegated: boolean): Test => (isNegated ? { kind: "not", of: [test] } : test);

export const either = (tests: readonly Test[]): Test => {
  const [only, ...more] = tests;
  return only && more.length === 0 ? only : { kind: "either", of: tests.map((test) => [test]) };
};

/** In the direction of answers. What is related to a flow may be in either. */
export const inReply: Test = {
  kind: "either",
  of: [
    [known({ kind: "state", states: ["established"] }), known({ kind: "way", way: "reply" })],
    [known({ kind: "state", states: ["related"] }), { kind: "sometimes" }],
  ],
};
