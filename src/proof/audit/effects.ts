import type { Act, End } from "./rules.ts";

/** What a statement of nft, or a target of iptables, does to a packet. */
export interface Effect {
  readonly acts: readonly Act[];
  readonly end?: End;
}

export const accepting = (act: Act): Effect => ({ acts: [act], end: { kind: "accept" } });

export const queued: Effect = accepting({
  kind: "program",
  does: "gives packets to a program, which may let them past all rules behind",
});

export const offloaded: Effect = {
  acts: [{ kind: "offload", does: "forwards flows past all rules from then on" }],
};

/** Of frames at a card. A copy of a packet at a hook of IP begins anew at `output`, where ours judge it (test/kernel/audit.test.ts). */
export const copied: Effect = { acts: [{ kind: "past", isCopy: true, does: "sends copies of packets out elsewhere" }] };
