import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Path, StatementId } from "../policy.ts";
import { chainOf } from "../states.ts";
import type { Check, Subject } from "./check.ts";
import { nextHop, placeOfChain } from "./support/hops.ts";

/** Applications use the last hop of a chain; what an earlier one lets out leaves at the wrong exit. */
export const hopUsedByApplications: Check = (subject) => [
  ...subject.policy.dns.flatMap(({ id, path }) => used(subject, id, path)),
  ...subject.policy.allows.flatMap(({ id, opening }) =>
    used(subject, id, opening.kind === "packets" ? opening.pattern.path : opening.path),
  ),
  ...subject.policy.forwards.flatMap(({ id, from, to }) => [
    ...used(subject, id, from, "from-name"),
    ...used(subject, id, to, "to-name"),
  ]),
];

function used({ policy, origins }: Subject, id: StatementId, path: Path, part = "path"): readonly Diagnostic[] {
  const next = path.kind === "tunnel" ? nextHop(policy, path.tunnel) : undefined;
  if (path.kind !== "tunnel" || next === undefined) return [];
  const { chain } = chainOf(policy, path.tunnel);
  const exit = chain.hops.at(-1) ?? next;
  const at = placeOf(origins, id, part);
  return [
    diagnostic(
      "KSP2031",
      { tunnel: path.tunnel, next },
      {
        at,
        label: "not the last hop of its chain",
        secondary: [{ span: placeOfChain(policy, origins, chain), text: `applications use \`${exit}\`` }],
        help: { text: `use \`${exit}\``, edits: [{ span: at, text: part === "path" ? `through ${exit}` : exit }] },
      },
    ),
  ];
}
