import type { Test } from "./rules.ts";
import { either, known } from "./test-forms.ts";

/** ICMPv6 about groups, routers and neighbours, which Linux does not track (`nf_conntrack_proto_icmpv6.c`). */
const untracked = known({
  kind: "icmp",
  family: "ipv6",
  spans: [
    { first: 130, last: 136 },
    { first: 143, last: 143 },
  ],
  isNegated: false,
});

/** Whether connection tracking has one of these words for a packet, in small letters. What it takes for invalid is none that a policy speaks of. */
export const stateTest = (words: readonly string[]): Test => either(words.map(stateOf));

function stateOf(word: string): Test {
  switch (word) {
    case "new":
      return {
        kind: "either",
        of: [[known({ kind: "state", states: ["new"] }), { kind: "not", of: [untracked] }]],
      };
    case "established":
    case "related":
      return known({ kind: "state", states: [word] });
    case "untracked":
      return either([untracked, { kind: "rarely" }]);
    default:
      return { kind: "never" };
  }
}
