import type { Span } from "../../diagnostics/span.ts";
import type * as ast from "../../parser/ast.ts";

/** Where messages about a part of a statement point, by the word that introduces the part. */
type Parts = Readonly<Record<string, Span>>;

/** The first line of each kind in a block. */
export function partsOf(name: ast.Identifier, items: readonly (ast.Item & { readonly kind: string })[]): Parts {
  const parts: Record<string, Span> = { name: name.span };
  for (const item of items) parts[item.kind] ??= item.span;
  return parts;
}

interface PacketLike {
  readonly to?: ast.Nets;
  readonly from?: ast.Nets;
  readonly within?: ast.Nets;
  readonly path?: ast.Path;
}

export function partsOfPacket({ to, from, within, path }: PacketLike, condition?: ast.While): Parts {
  return {
    ...(to && { to: to.span }),
    ...(from && { from: from.span }),
    ...(within && { within: within.span }),
    ...(path && { path: path.span }),
    ...(condition && { while: condition.span }),
  };
}

/** The last day, and for each accepted risk what to remove to accept it no more. */
export function partsOfCaveat({ until, acceptRisk }: ast.Caveat = {}): Parts {
  const parts: Record<string, Span> = until ? { until: until.span } : {};
  const codes = acceptRisk?.codes ?? [];
  for (const [i, { name, span }] of codes.entries()) {
    const [before, after] = [codes[i - 1], codes[i + 1]];
    if (before) parts[`accept-risk ${name}`] = { ...span, start: before.span.end };
    else if (after) parts[`accept-risk ${name}`] = { ...span, end: after.span.start };
    else if (acceptRisk) parts[`accept-risk ${name}`] = acceptRisk.span;
  }
  return parts;
}

export const partsOfRoute = ({ from, to }: ast.Route, condition?: ast.While): Parts => ({
  from: from.span,
  to: to.span,
  ...(condition && { while: condition.span }),
});
