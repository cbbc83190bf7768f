import type { PacketSet } from "../packets/packet-set.ts";
import type { Act, Base, Hook, Rule } from "./rules.ts";

/** What is asked of packets: whether they may get on, or whether they surely do. */
export interface Question {
  /** Of packets that are needed: they must get on, as they are, and are ordinary. Otherwise one way is enough. */
  readonly isNeeded: boolean;
  /** Whether what is not understood of a rule does what is worst; otherwise what is best. */
  readonly isWorst: (rule: Rule) => boolean;
  /** What our own rules let pass at a hook. */
  readonly ours: (hook: Hook) => PacketSet;
  /** Rules that count as if they were not there. */
  readonly ignored: (rule: Rule) => boolean;
  /** What gets on before an act, whatever comes behind it: nothing of ours judges there any more, say. */
  readonly settled: (base: Base, act: Act) => PacketSet | undefined;
  /** What of the flows that are needed gets a mark back where the connection's is restored. */
  readonly remembered: readonly Remembered[];
}

/** Packets of flows whose connections have a mark. */
export interface Remembered {
  readonly packets: PacketSet;
  readonly mark: number;
}
