import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { PacketPattern, StatementId } from "../policy.ts";
import type { Check, Subject } from "./check.ts";

/** The kernel knows the owner of what leaves. Elsewhere such a rule never matches: an allow is lost, and a deny is open. */
export const ownerUnknown: Check = (subject) => [
  ...subject.policy.allows.flatMap(({ id, opening }) =>
    opening.kind === "packets" ? judge(subject, id, opening.pattern) : [],
  ),
  ...[...subject.policy.denies, ...subject.policy.expects].flatMap(({ id, pattern }) => judge(subject, id, pattern)),
];

function judge({ origins }: Subject, id: StatementId, pattern: PacketPattern): readonly Diagnostic[] {
  const { direction, owner, app } = pattern;
  if (direction === "out" || (app === undefined && (!owner || owner.kind === "mark"))) return [];
  return [
    diagnostic(
      "KSP2055",
      { comes: direction === "in" ? "comes in" : "is forwarded" },
      {
        at: placeOf(origins, id, "who"),
        label: "would never match",
        notes: ["the kernel knows who sent a packet of this machine, and nothing else"],
        help: direction === "in" ? "name the port that the program listens on" : "name the addresses of the machines",
      },
    ),
  ];
}
