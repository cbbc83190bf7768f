import type { Packet } from "../../ir/packet.ts";
import type { Direction, Ruleset } from "../../ir/ruleset.ts";
import { accepted, openings, replies } from "../accepted.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { possible } from "../possible.ts";
import { Meaning } from "../readers/nft/meaning.ts";
import { witness } from "../witness.ts";

/** A packet of which two say different things. */
export interface Difference {
  readonly packet: Packet;
  /** `the file lets it pass, the plan drops it` */
  readonly says: string;
}

/** How far tables that the runtime refreshes are filled: as the files do, or with everything that they may ever hold. */
export type Filling = "as-loaded" | "filled";

/** The one space of a validation, and what is known of packets in it. */
export class Comparison {
  readonly space: PacketSpace;
  readonly meaning: Meaning;
  readonly ip: PacketSet;
  readonly #possible: PacketSet;
  readonly #planned = new Map<Ruleset, Map<Filling, Planned>>();

  constructor(space: PacketSpace) {
    this.space = space;
    this.meaning = new Meaning(space);
    this.ip = space.family("ipv4", "ipv6");
    this.#possible = possible(space);
  }

  planned(ruleset: Ruleset, filling: Filling): Planned {
    const known = this.#planned.get(ruleset) ?? new Map<Filling, Planned>();
    this.#planned.set(ruleset, known);
    const made = known.get(filling) ?? {
      accepted: accepted(ruleset, this.space, filling),
      openings: openings(ruleset, this.space, filling),
      replies: replies(ruleset, this.space, filling),
    };
    known.set(filling, made);
    return made;
  }

  /** IP packets of a direction. */
  going(direction: Direction): PacketSet {
    return this.space.direction(direction).intersect(this.ip);
  }

  /** A packet that is in one of the sets alone, within a third. Equal sets cost nothing. */
  differs(text: PacketSet, plan: PacketSet, within: PacketSet, words: Words): Difference | undefined {
    return this.alone(text, plan, within, words.more) ?? this.alone(plan, text, within, words.less);
  }

  /**
   * A packet that is in the first set alone, within a third. What they are outside it must not meet: an answer that comes in and a
   * packet that goes out ask for different ends, and what both ask for at once grows with the product of their lists.
   */
  alone(set: PacketSet, other: PacketSet, within: PacketSet, says: string): Difference | undefined {
    return this.some(set.intersect(within).minus(other.intersect(within)), says);
  }

  /** A packet of the set that there can be. */
  some(set: PacketSet, says: string): Difference | undefined {
    if (set.isEmpty()) return undefined;
    const packet = witness(set.intersect(this.#possible), this.space);
    return packet && { packet, says };
  }
}

interface Planned {
  readonly accepted: PacketSet;
  readonly openings: PacketSet;
  readonly replies: PacketSet;
}
export interface Words {
  readonly more: string;
  readonly less: string;
}
export const passing: Words = {
  more: "the file lets it pass, the plan drops it",
  less: "the file drops it, the plan lets it pass",
};
