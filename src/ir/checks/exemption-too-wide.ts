import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Caveat, StatementId } from "../policy.ts";
import type { Check, Subject } from "./check.ts";
import { type Width, widthOf, widthOfForward } from "./support/wide-exemption.ts";
import { mostPieces, widest } from "./support/width.ts";

/** An exemption that reaches a good part of the internet is no exemption: it switches the kill switch off. */
export const exemptionTooWide: Check = (subject) => [
  ...subject.policy.allows.flatMap((allow) =>
    faults(subject, allow, widthOf(subject.policy, allow.opening), allow.opening.kind === "host" ? "within" : "to"),
  ),
  ...subject.policy.forwards.flatMap((forward) =>
    faults(subject, forward, widthOfForward(subject.policy, forward), "to"),
  ),
];

function faults(
  { origins }: Subject,
  { id, caveat }: { readonly id: StatementId; readonly caveat: Caveat },
  width: Width | undefined,
  part: string,
): readonly Diagnostic[] {
  if (!width || (width.acceptable && caveat.acceptRisk.includes("KSP3001"))) return [];
  return [
    diagnostic(
      "KSP2034",
      { what: width.what },
      {
        at: placeOf(origins, id, part),
        label: width.label,
        notes: [
          `outside the tunnels an exemption reaches public networks of at most ${widest}, together less than a ${mostPieces}`,
        ],
        help: width.acceptable
          ? 'name the networks that must stay reachable, send the traffic `through` a tunnel, or end the statement with `accept-risk KSP3001 reason "…"`'
          : "name the networks that must stay reachable, or send the traffic `through` a tunnel",
      },
    ),
  ];
}
