import type { Span } from "../../diagnostics/span.ts";
import type * as ast from "../../parser/ast.ts";
import type { Os } from "../policy.ts";
import { systems } from "../systems.ts";

/** Where messages about a part of a statement point, by the word that introduces the part. */
type Parts = Readonly<Record<string, Span>>;

/** Each line of a block as `kind-0`, `kind-1` …, and the first of each kind under its plain name. A carrier and an app's identity count by system, and an interface is known by its name there, too. */
export function partsOf(
  name: ast.Identifier,
  items: readonly (ast.Item & {
    readonly kind: string;
    readonly os?: Os;
    readonly names?: ast.InterfaceItem["names"];
  })[],
): Parts {
  const parts: Record<string, Span> = { name: name.span };
  const counts = new Map<string, number>();
  const remember = (key: string, span: Span) => {
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    parts[`${key}-${count}`] = span;
  };
  for (const item of items) {
    parts[item.kind] ??= item.span;
    for (const { os, device, span } of item.names ?? [])
      if (device !== "utun" && device.kind !== "param")
        for (const system of os ? [os] : systems) parts[`interface-${system} ${device.value}`] ??= span;
    if (item.kind !== "carrier" && item.kind !== "identity") remember(item.kind, item.span);
    else for (const os of item.os ? [item.os] : systems) remember(`${item.kind}-${os}`, item.span);
  }
  return parts;
}

interface PacketLike {
  readonly who?: ast.Who;
  readonly to?: ast.Nets;
  readonly from?: ast.Nets;
  readonly within?: ast.Nets;
  readonly path?: ast.Path;
}

export function partsOfPacket({ who, to, from, within, path }: PacketLike, condition?: ast.While): Parts {
  return {
    ...(who && { who: who.kind === "app" ? who.name.span : who.identity.span }),
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

export const partsOfRoute = ({ span, from, to, change }: ast.Route, condition?: ast.While): Parts => ({
  route: span,
  from: from.span,
  "from-name": from.name.span,
  to: to.span,
  "to-name": to.name.span,
  ...(change?.kind === "rewrite" && { rewrite: change.to.span }),
  ...(condition && { while: condition.span }),
});
