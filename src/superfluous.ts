import { type Diagnostic, diagnostic } from "./diagnostics/diagnostic.ts";
import { type Origins, placeOf } from "./ir/origins.ts";
import type { Os, Policy } from "./ir/policy.ts";
import { BudgetExceeded } from "./proof/packets/diagrams.ts";
import { superfluous as find } from "./proof/superfluous.ts";

const adding: ReadonlySet<string> = new Set(["KSP2043", "KSP2044"]);

/** What several other statements together make superfluous; a single one that does was told by the checks. */
export function superfluous(
  policy: Policy,
  origins: Origins,
  systems: readonly Os[],
  told: readonly Diagnostic[],
): readonly Diagnostic[] {
  const places = told.flatMap(({ code, primary }) => (adding.has(code) && primary ? [primary.span] : []));
  const candidates = [...policy.allows, ...policy.denies]
    .map(({ id }) => ({ id, at: placeOf(origins, id) }))
    // A fragment is written for more policies than this one.
    .filter(({ at }) => at.file === origins.head.file)
    .filter(({ at }) => !places.some(({ file, start }) => file === at.file && start === at.start))
    .toSorted((a, b) => b.at.start - a.at.start);
  try {
    return find(
      policy,
      systems,
      candidates.map(({ id }) => id),
    ).map(({ id, kind, by }) =>
      diagnostic(
        "KSP2043",
        { what: kind === "allow" ? "exemption" : "`deny`" },
        {
          at: placeOf(origins, id),
          label: kind === "allow" ? "already open, all of it" : "already denied, all of it",
          secondary: by.slice(0, 5).map((other) => ({ span: placeOf(origins, other), text: "in part by this line" })),
          notes: ["without it the same packets pass, in every state"],
          help: "remove it, or the others",
        },
      ),
    );
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return [];
  }
}
