import { type Diagnostic, diagnostic, type Help } from "../../diagnostics/diagnostic.ts";
import { type Origins, placeOf } from "../origins.ts";
import type { StatementId } from "../policy.ts";
import type { Check } from "./check.ts";
import { widthOf, widthOfForward } from "./support/wide-exemption.ts";

/** A risk that is accepted without need hides the day on which it becomes one. */
export const needlessRisk: Check = ({ policy, origins }) => [
  ...policy.dns.flatMap(({ id, path, caveat: { acceptRisk } }) =>
    path.kind === "link" ? [] : needless(origins, id, acceptRisk[0], "no name leaves outside the tunnels by it"),
  ),
  ...policy.allows.flatMap(({ id, opening, caveat: { acceptRisk } }) =>
    widthOf(policy, opening) ? [] : needless(origins, id, acceptRisk[0], "narrow enough without it"),
  ),
  ...policy.forwards.flatMap((forward) =>
    widthOfForward(policy, forward)
      ? []
      : needless(origins, forward.id, forward.caveat.acceptRisk[0], "narrow enough without it"),
  ),
  ...(policy.portal && !policy.portal.dns && policy.portal.caveat.acceptRisk.includes("KSP3002")
    ? needless(origins, policy.portal.id, "KSP3002", "no `and dns` here")
    : []),
];

const needless = (origins: Origins, id: StatementId, risk: string | undefined, label: string): readonly Diagnostic[] =>
  risk === undefined
    ? []
    : [diagnostic("KSP2030", { risk }, { at: placeOf(origins, id), label, help: removal(origins, id, risk) })];

function removal(origins: Origins, id: StatementId, risk: string): Help {
  const span = origins.statements.get(id)?.parts[`accept-risk ${risk}`];
  return { text: "remove the caveat", edits: span ? [{ span, text: "" }] : [] };
}
