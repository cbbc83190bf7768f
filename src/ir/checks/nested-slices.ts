import { diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import { controlGroup } from "../../net/control-group.ts";
import { placeOf } from "../origins.ts";
import type { Identity, StatementId } from "../policy.ts";
import type { Check, Subject } from "./check.ts";

/** A packet is told by one slice. Of two that hold each other it has both, and a rule about the other one would not see it. */
export const nestedSlices: Check = (subject) => {
  const named = [...new Map(slicesOf(subject).map((slice) => [slice.path, slice])).values()];
  return named.flatMap((second, i) => {
    const first = named.slice(0, i).find((other) => isWithin(second, other) || isWithin(other, second));
    if (!first) return [];
    const [inner, outer] = isWithin(second, first) ? [second, first] : [first, second];
    return diagnostic(
      "KSP2093",
      { inner: inner.path, outer: outer.path },
      {
        at: second.at,
        label: "the second slice",
        secondary: [{ span: first.at, text: "the first slice" }],
        help: "name slices that stand side by side, such as `ksp-mail.slice` and `ksp-web.slice`, or one of the two everywhere",
      },
    );
  });
};

interface Slice {
  readonly path: string;
  readonly group: string;
  readonly at: Span;
}

/** Every slice where it is named, in the order of the source. */
function slicesOf({ policy, origins }: Subject): readonly Slice[] {
  const { apps, allows, denies, expects, dns, portal } = policy;
  const patterns = [
    ...allows.flatMap(({ id, opening }) => (opening.kind === "packets" ? { id, ...opening.pattern } : [])),
    ...[...denies, ...expects].map(({ id, pattern }) => ({ id, ...pattern })),
    ...dns,
    ...(portal ? [portal] : []),
  ];
  const slice = (id: StatementId, part: string, identity: Identity | undefined): readonly Slice[] =>
    identity?.kind === "slice"
      ? [{ path: identity.path, group: controlGroup(identity.path), at: placeOf(origins, id, part) }]
      : [];
  return [
    ...apps.flatMap(({ id, identity }) => slice(id, "identity", identity.linux)),
    ...patterns.flatMap(({ id, owner }) => slice(id, "who", owner)),
  ].toSorted((a, b) => (b.at.start < a.at.start ? 1 : -1));
}

/** Two spellings of one control group hold each other. */
const isWithin = ({ group: inner }: Slice, { group: outer }: Slice): boolean =>
  inner === outer || inner.startsWith(`${outer}/`);
