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

export const partsOfRoute = ({ from, to }: ast.Route, condition?: ast.While): Parts => ({
  from: from.span,
  to: to.span,
  ...(condition && { while: condition.span }),
});
