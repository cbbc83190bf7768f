import type { Packet } from "../../ir/packet.ts";
import type { StateKey } from "../../ir/states.ts";

/** Where something stands that is not ours. */
export interface Place {
  /** The file that was given, or what was asked on this machine, such as `nft`. */
  readonly file: string;
  /** Counted from 1; of a listing that is no text of lines, the number of the object in it. */
  readonly line: number;
  /** How it reads, in one line. */
  readonly text: string;
}

/** A packet that shows it, and in words all of them. */
export interface Shown {
  readonly packet: Packet;
  readonly region?: string;
}

/**
 * Why a machine is not as closed, or not as open, as its policy says.
 *
 * - `absent`: our own rules are not loaded, are not reached first, or say something else than the plan.
 * - `opens`: a rule of others lets out, or sends elsewhere, what the policy refuses.
 * - `breaks`: a rule of others refuses what the policy needs: the way to the servers, probes, the business of the link, names,
 *   and what goes through the tunnel.
 * - `unclear`: something that is not understood might do either.
 */
export type AuditFinding = { readonly states: readonly StateKey[] } & (
  | {
      readonly kind: "absent";
      readonly reason: string;
      readonly place?: Place;
      readonly shown?: Shown;
      /** The listing itself is not understood, so nobody knows. */
      readonly isUnread?: true;
    }
  | { readonly kind: "opens" | "breaks"; readonly does: string; readonly place: Place; readonly shown: Shown }
  | { readonly kind: "unclear"; readonly reason: string; readonly place: Place; readonly shown?: Shown }
);

/** What an audit says of a machine. */
export interface Judged {
  readonly findings: readonly AuditFinding[];
  /** The state that is in force as planned; absent where none is, or nobody knows. */
  readonly inForce?: StateKey;
}

/** Nothing of ours was found that could be in force. */
export const nowhere = (...findings: readonly AuditFinding[]): Judged => ({ findings });

/** One finding for what one place does, with every state where it does it. */
export function inAllStates(found: readonly AuditFinding[]): readonly AuditFinding[] {
  const groups = Map.groupBy(found, ({ kind, place }) => `${kind} ${place?.file} ${place?.line}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ ...first, states: [...new Set(group.flatMap(({ states }) => states))] }] : [];
  });
}
