import type { Packet } from "../../../src/ir/packet.ts";
import { type Verdict, wrong } from "../verdicts/judge.ts";
import { type Firewall, judgeBy } from "./firewalls.ts";
import { emittedOf, type Spoil } from "./policies.ts";

/** A policy and a packet of which kernel and plan say two things. */
export interface Case {
  readonly text: string;
  readonly verdict: Verdict;
}

/** What is wrong about these packets; nothing where the text is no policy. */
export async function faults(
  text: string,
  packets: readonly Packet[],
  spoil?: Spoil,
  firewall: Firewall = "nft",
): Promise<readonly Verdict[]> {
  const emitted = emittedOf(text, spoil);
  return emitted ? wrong(await judgeBy(firewall, emitted, packets)) : [];
}

/** The same fault in the fewest statements, lines and words, and of the plainest packet; a kernel is asked at every step. */
export async function shrink(found: Case, spoil?: Spoil, firewall?: Firewall): Promise<Case> {
  let { text, verdict } = found;
  const isStill = async (shorter: string): Promise<boolean> => {
    const [still] = await faults(shorter, [verdict.sent], spoil, firewall);
    if (still) [text, verdict] = [shorter, still];
    return still !== undefined;
  };
  // Statements again at the end: what named another one is gone by then.
  for (const parts of [statements, /.*\n/g, values, words, statements]) await fewest(text, parts, isStill);
  for (const change of plainer) {
    const [still] = await faults(text, [{ ...verdict.sent, ...change(verdict.sent) }], spoil, firewall);
    if (still) verdict = still;
  }
  return { text, verdict };
}

/** What leaves less to look at. */
const plainer: readonly ((packet: Packet) => Partial<Packet>)[] = [
  () => ({ connection: "new" }),
  () => ({ hopLimit: 64 }),
  () => ({ owner: { mark: 0, user: 0, group: 0 } }),
  ({ payload }) => (payload.sourcePort === undefined ? {} : { payload: { ...payload, sourcePort: 40_000 } }),
];

/** Blocks, and lines that are none; values between commas; words of a statement. Each with what parts it from the next. */
const statements = /^\S.*\{\n(?:.*\n)*?\}\n|.*\n/gm;
const values = /[^\s,]+, |[^,\n]+,? ?|\n/g;
const words = /(?<=^[^\s{}][^{}\n]*) \S+|[^ ]+| /gm;

/** Leaves out as much as can be left out of the parts of a text: many at once, then fewer. */
async function fewest(text: string, parts: RegExp, isStill: (shorter: string) => Promise<boolean>): Promise<void> {
  let all: readonly string[] = text.match(parts) ?? [];
  for (let size = Math.ceil(all.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < all.length; ) {
      const shorter = all.toSpliced(at, size);
      if (await isStill(shorter.join(""))) all = shorter;
      else at += size;
    }
  }
}
