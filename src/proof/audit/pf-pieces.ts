import type { StateKey } from "../../ir/states.ts";
import { fragments } from "../dimensions.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { doubtOf } from "../readers/pf/matched.ts";
import type { Program } from "../readers/pf/program.ts";
import { scrubbed } from "../readers/pf/scrubbed.ts";
import type { Comparison } from "../translation/comparison.ts";
import type { AuditFinding, Place, Shown } from "./finding.ts";
import { ourPath } from "./pf-ours.ts";

/** Fragments that no scrub puts together, whichever state is loaded: ours refuse them, but on loopback. */
export function inPieces(
  program: Program,
  comparison: Comparison,
  { there, states, placeOf }: About,
): readonly AuditFinding[] {
  const { space } = comparison;
  const loopback = space.names.kinds.numberOf("loopback");
  const pieces = there
    .minus(space.is("fragment", fragments.whole))
    .minus(space.is("inKind", loopback).union(space.is("outKind", loopback)));
  const shown = (set: PacketSet): Shown | undefined => {
    const found = comparison.some(set, "");
    return found && { packet: found.packet };
  };
  const { decided, left } = scrubbed(program, space, pieces);
  const told = decided.flatMap(({ path, scrub, set }): readonly AuditFinding[] => {
    const seen = scrub.reassembles && doubtOf(scrub) === undefined ? undefined : shown(set);
    if (!seen) return [];
    const [place, reason] = [placeOf(scrub.line), doubtOf(scrub)];
    if (reason !== undefined) return [{ kind: "unclear", states, reason, place, shown: seen }];
    const does = "leaves fragments in pieces, which ours refuse";
    if (path !== ourPath) return [{ kind: "breaks", states, does, place, shown: seen }];
    return [{ kind: "absent", states, reason: "one of them leaves fragments in pieces", place, shown: seen }];
  });
  const lost = shown(left);
  const reason = "no line of the main rules leads these fragments to their `scrub`, and they are refused in pieces";
  return lost ? [...told, { kind: "absent", states, reason, shown: lost }] : told;
}

interface About {
  /** Packets that pf is shown. */
  readonly there: PacketSet;
  readonly states: readonly StateKey[];
  readonly placeOf: (line: number) => Place;
}
