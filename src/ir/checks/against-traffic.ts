import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Path, StatementId } from "../policy.ts";
import type { Check, Subject } from "./check.ts";
import { forbiddenTo } from "./support/traffic.ts";

/** An app's `traffic` narrows and stands before every opening, so an opening against it never opens. */
export const againstTraffic: Check = (subject) => [
  ...subject.policy.allows.flatMap(({ id, opening }) =>
    opening.kind === "packets" && opening.pattern.direction === "out"
      ? against(subject, opening.pattern, opening.pattern.path, id)
      : [],
  ),
  ...(subject.policy.portal
    ? against(subject, subject.policy.portal, { kind: "outside" }, subject.policy.portal.id)
    : []),
  ...subject.policy.dns.flatMap((dns) => against(subject, dns, dns.path, dns.id)),
];

function against(
  { policy, origins }: Subject,
  who: Parameters<typeof forbiddenTo>[1],
  path: Path,
  id: StatementId,
): readonly Diagnostic[] {
  const app = forbiddenTo(policy, who, path);
  if (!app) return [];
  return [
    diagnostic(
      "KSP2045",
      { app: app.name, path: path.kind === "tunnel" ? `tunnel \`${path.tunnel}\`` : "what is outside the tunnels" },
      {
        at: placeOf(origins, id),
        label: "never opens",
        secondary: [{ span: placeOf(origins, app.id, "traffic"), text: `\`traffic ${app.traffic}\` forbids it` }],
        help: "change the app's `traffic`, or remove the statement",
      },
    ),
  ];
}
