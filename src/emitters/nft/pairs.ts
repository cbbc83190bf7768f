import type { Match, Rewrite, Rule, Ruleset, Zone } from "../../ir/ruleset.ts";
import { align } from "../linux/layout.ts";
import type { Line } from "../linux/line.ts";
import { wholeMatch } from "./body.ts";
import { matchLines, type Spelling } from "./words.ts";

/** A way between two zones that the forward hook judges; postrouting sees only that a packet came along it. */
interface Pair {
  readonly from: Zone;
  readonly to: Zone;
  /** What is asked of a packet of it as it leaves: one of these. */
  readonly leavesAs: readonly Line[];
}

/**
 * Forwarded packets passed the forward hook, and nothing re-routes them after it. Postrouting knows them by their two
 * interfaces, and by a source that is not ours or by the translation that made it ours: what a device of this machine
 * encapsulates shows that device as where it came in, too, and nobody has judged it yet. `isUntranslated`: it is asked before a
 * masquerade.
 */
export function pairLines(rulesets: readonly Ruleset[], spelling: Spelling, isUntranslated = false): readonly string[] {
  const rewrites = isUntranslated ? [] : (rulesets[0]?.rewrites ?? []);
  const lines = rulesets
    .flatMap((ruleset) => ruleset.rules)
    .filter(isForwarded)
    .flatMap((rule) =>
      zonesOf(rule.match.inInterface).flatMap((from) =>
        zonesOf(rule.match.outInterface).flatMap((to) => [
          opened(from, to, rule, rewrites, spelling),
          answered(to, from, rule.match, rewrites, spelling),
        ]),
      ),
    )
    .flatMap((pair) => linesOf(pair, spelling).map((line) => [`${pair.from.name} ${pair.to.name}`, line] as const));
  const distinct = new Map(lines.map(([pair, line]) => [`${pair} ${line.map(({ text }) => text).join(" ")}`, line]));
  return align([...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line));
}

const isForwarded = ({ direction, verdict, match }: Rule): boolean =>
  direction === "forward" && verdict.kind === "accept" && !match.related;

const zonesOf = (set: Match["inInterface"]): readonly Zone[] => (set?.kind === "one-of" ? set.zones : []);

const isBetween = ({ match }: Rewrite, from: Zone, to: Zone): boolean =>
  zonesOf(match.inInterface).some((z) => z.name === from.name) &&
  zonesOf(match.outInterface).some((z) => z.name === to.name);

/** By a masquerade of its own statement; names, which have none, by whichever their clients have. */
function opened(from: Zone, to: Zone, rule: Rule, rewrites: readonly Rewrite[], spelling: Spelling): Pair {
  const [masquerade] = rewrites.flatMap((rewrite) => {
    const isMeant = isBetween(rewrite, from, to) && (rewrite.from === rule.from || rule.stage === "dns-inside");
    return isMeant && rewrite.change.kind === "masquerade" ? rewrite.change : [];
  });
  return { from, to, leavesAs: masquerade ? translated(masquerade.as, "snat", spelling) : untranslated };
}

/** Answers leave as the address that the opening was for: conntrack puts it back before this hook. */
function answered(from: Zone, to: Zone, { rewritten }: Match, rewrites: readonly Rewrite[], spelling: Spelling): Pair {
  const renewed = rewrites.find(
    ({ change, match }) => change.kind === "destination" && zonesOf(match.inInterface).some((z) => z.name === to.name),
  );
  if (!rewritten || !renewed) return { from, to, leavesAs: untranslated };
  const { family, destination: source, destinationLocality: sourceLocality } = renewed.match;
  const own: Match = {
    ...(family && { family }),
    ...(source && { source }),
    ...(sourceLocality && { sourceLocality }),
  };
  return { from, to, leavesAs: translated(own, "dnat", spelling) };
}

/** No address of this machine, on whichever interface. */
const untranslated: readonly Line[] = [[{ kind: "fib", text: "fib saddr type != local" }]];

const translated = (as: Match, status: "snat" | "dnat", spelling: Spelling): readonly Line[] =>
  matchLines(as, "", spelling).map((line) => [...line, { kind: "status", text: `ct status ${status}` }]);

function linesOf({ from, to, leavesAs }: Pair, spelling: Spelling): readonly Line[] {
  const way: Match = { inInterface: { kind: "one-of", zones: [from] }, outInterface: { kind: "one-of", zones: [to] } };
  return wholeMatch(way, "", spelling).flatMap((names) => leavesAs.map((source) => [...names, ...source, ...judged]));
}

const judged: Line = [
  { kind: "verdict", text: "counter accept" },
  { kind: "comment", text: 'comment "built-in-forwarded"' },
];
