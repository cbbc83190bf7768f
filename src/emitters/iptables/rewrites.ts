import type { Rewrite, Rule, Ruleset, Zone } from "../../ir/ruleset.ts";
import { type Family, formatAddress } from "../../net/address.ts";
import { align } from "../linux/layout.ts";
import { type Line, piece } from "../linux/line.ts";
import { spokenFamilies } from "../linux/overlap.ts";
import type { Chain } from "../linux/variants.ts";
import type { Hook } from "./hooks.ts";
import { comment, type Spelling, wholeLines } from "./words.ts";

/** A hook of `nat` and what is rewritten there; the hook's own chain goes to it, unless everything is disabled. */
export interface RewriteHook extends Hook {
  readonly rewrites: Chain;
}

/** A forwarded packet gets a new destination before routing, our own after it, and a new source when it leaves. */
export function rewriteHooks({ rewrites }: Ruleset, family: Family, spelling: Spelling): readonly RewriteHook[] {
  const destinations = rewrites.filter(
    ({ change }) => change.kind === "destination" && change.address.family === family,
  );
  const hook = (name: string, of: readonly Rewrite[]): readonly RewriteHook[] => {
    const lines = align(of.flatMap((rewrite) => rewriteLines(rewrite, family, spelling)));
    if (lines.length === 0) return [];
    const rewrites = { name: `ksp_rewrite_${name}`, sections: [{ title: "", lines }] };
    return [{ hook: name.toUpperCase(), chain: `ksp_${name}`, rewrites }];
  };
  return [
    ...hook(
      "prerouting",
      destinations.filter(({ direction }) => direction !== "out"),
    ),
    ...hook(
      "output",
      destinations.filter(({ direction }) => direction === "out"),
    ),
    ...hook(
      "postrouting",
      rewrites.filter(({ change }) => change.kind === "masquerade"),
    ),
  ];
}

const rewriteLines = (
  { match, sparesThisMachine, change, from }: Rewrite,
  family: Family,
  spelling: Spelling,
): readonly Line[] =>
  wholeLines(match, family, from, spelling).map((line) => [
    ...line,
    ...(sparesThisMachine ? [piece("ours", "-m addrtype ! --dst-type LOCAL")] : []),
    comment(from),
    piece("verdict", `-j ${word(change)}`),
  ]);

function word(change: Rewrite["change"]): string {
  if (change.kind === "masquerade") return "MASQUERADE";
  const { address, port } = change;
  const text = formatAddress(address);
  if (port === undefined) return `DNAT --to-destination ${text}`;
  return `DNAT --to-destination ${address.family === "ipv4" ? text : `[${text}]`}:${port}`;
}

/** Our own packets with a new destination are not routed there yet when OUTPUT sees them: POSTROUTING judges them. */
export function rewrittenOutput({ rewrites }: Ruleset, family: Family, spelling: Spelling): readonly Line[] {
  const own = rewrites.filter(
    ({ direction, change }) => direction === "out" && change.kind === "destination" && change.address.family === family,
  );
  const lines = own.flatMap(({ match: { transport }, from }) =>
    wholeLines({ rewritten: true, ...(transport && { transport }) }, family, from, spelling).map((line) => [
      ...line,
      comment(from),
      piece("verdict", "-j RETURN"),
    ]),
  );
  return distinct(lines);
}

/**
 * Forwarded packets passed FORWARD, and nothing re-routes them after it. POSTROUTING knows them by their two interfaces and by a
 * source that is not ours, which a masquerade changes only later: what a device of this machine encapsulates shows that device
 * as where it came in, too, and nobody has judged it yet.
 */
export function pairLines({ rules }: Ruleset, family: Family, spelling: Spelling): readonly Line[] {
  const ways = rules
    .filter((rule) => isForwarded(rule) && spokenFamilies(rule.match).includes(family))
    .flatMap(({ match: { inInterface, outInterface } }) =>
      zonesOf(inInterface).flatMap((from) => zonesOf(outInterface).map((to) => [from, to] as const)),
    )
    .flatMap(([from, to]) => [
      [from, to],
      [to, from],
    ]) as readonly (readonly [Zone, Zone])[];
  const lines = ways.flatMap(([from, to]) =>
    wholeLines(
      { inInterface: { kind: "one-of", zones: [from] }, outInterface: { kind: "one-of", zones: [to] } },
      family,
      "",
      spelling,
    ).map((line) => [
      ...line,
      piece("ours", "-m addrtype ! --src-type LOCAL"),
      comment("built-in-forwarded"),
      piece("verdict", "-j RETURN"),
    ]),
  );
  return distinct(lines);
}

const isForwarded = ({ direction, verdict }: Rule): boolean => direction === "forward" && verdict.kind === "accept";

const zonesOf = (set: Rule["match"]["inInterface"]): readonly Zone[] => (set?.kind === "one-of" ? set.zones : []);

const textOf = (line: Line): string => line.map(({ text }) => text).join(" ");

/** Each once, and in an order of their own. */
const distinct = (lines: readonly Line[]): readonly Line[] =>
  [...new Map(lines.map((line) => [textOf(line), line]))].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
