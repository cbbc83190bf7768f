import type { Test } from "./rules.ts";
import { known } from "./test-forms.ts";

/** The flags of TCP, by the names that nft and iptables have for them in their own spelling. */
export const flagBits: Readonly<Record<string, number>> = {
  fin: 1,
  syn: 2,
  rst: 4,
  psh: 8,
  ack: 16,
  urg: 32,
  ecn: 64,
  cwr: 128,
};

/** All bits of some words together; undefined where one is not known. */
export const together = (bits: readonly (number | undefined)[]): number | undefined =>
  bits.reduce((sum, one) => (sum === undefined || one === undefined ? undefined : sum | one), 0);

const { fin = 0, syn = 0, rst = 0, psh = 0, ack = 0, ecn = 0, cwr = 0 } = flagBits;
/** As a machine sets them that keeps to RFC 9293: what opens a connection, and what follows in it. */
const first = [syn, syn | ecn | cwr];
const next = [syn | ack, syn | ack | ecn, ack, ack | psh, ack | fin, ack | psh | fin, rst, rst | ack];

/** A question about the flags of TCP. Of what is not ordinary they may be any. */
export function flagsTest(isAsked: (flags: number) => boolean): Test {
  const kindOf = (all: readonly number[]) =>
    all.every(isAsked) ? "usually" : all.some(isAsked) ? "sometimes" : "rarely";
  const tcp = known({ kind: "protocol", spans: [{ first: 6, last: 6 }], isNegated: false });
  return {
    kind: "either",
    of: [
      [tcp, known({ kind: "state", states: ["new", "related"] }), { kind: kindOf(first) }],
      [tcp, known({ kind: "state", states: ["established"] }), { kind: kindOf(next) }],
    ],
  };
}
