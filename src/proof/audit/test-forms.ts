import type { Condition } from "../readers/nft/program.ts";
import type { Test } from "./rules.ts";

export const known = (condition: Condition): Test => ({ kind: "known", condition });

export const negated = (test: Test, isNegated: boolean): Test => (isNegated ? { kind: "not", of: [test] } : test);

export const either = (tests: readonly Test[]): Test => {
  const [only, ...more] = tests;
  return only && more.length === 0 ? only : { kind: "either", of: tests.map((test) => [test]) };
};

/** Of ordinary traffic; what is not may be either. */
export const ordinarily = (test: Test): Test => ({
  kind: "either",
  of: [
    [test, { kind: "usually" }],
    [{ kind: "not", of: [test] }, { kind: "rarely" }],
  ],
});

/** How a frame came, `broadcast` or `unicast` or whatever, as far as the address tells; `other` comes to no hook. */
export function frameTest(type: string): Test | undefined {
  switch (type) {
    case "broadcast":
    case "multicast":
      return ordinarily(known({ kind: "locality", end: "destination", types: [type], isNegated: false }));
    case "unicast":
    case "host":
      return ordinarily(
        known({ kind: "locality", end: "destination", types: ["broadcast", "multicast"], isNegated: true }),
      );
    case "other":
      return { kind: "rarely" };
    default:
      return undefined;
  }
}

/** In the direction of answers. What is related to a flow may be in either. */
export const inReply: Test = {
  kind: "either",
  of: [
    [known({ kind: "state", states: ["established"] }), known({ kind: "way", way: "reply" })],
    [known({ kind: "state", states: ["related"] }), { kind: "sometimes" }],
  ],
};
