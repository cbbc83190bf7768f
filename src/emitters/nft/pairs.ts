import type { Match, Rewrite, Rule, Ruleset, Zone } from "../../ir/ruleset.ts";
import { wholeMatch } from "./body.ts";
import { align } from "./layout.ts";
import { type Line, matchLines, type Spelling } from "./words.ts";

/** A way between two zones that the forward hook judges; postrouting sees only that a packet came along it. */
interface Pair {
  readonly from: Zone;
  readonly to: Zone;
  /** What is asked of the source with which a packet of it leaves; `free`: nothing. */
  readonly leavesAs: readonly Line[];
}

/**
 * Forwarded packets passed the forward hook, and nothing re-routes them after it. Postrouting knows them by their two
 * interfaces and holds them to the source with which they leave. What a tunnel device of this machine encapsulates shows that
 * device as where it came in: its source is ours, a forwarded packet's is not.
 */
export function pairLines(rulesets: readonly Ruleset[], spelling: Spelling): readonly string[] {
  const rewrites = rulesets[0]?.rewrites ?? [];
  const rules = rulesets.flatMap((ruleset) => ruleset.rules).filter(isForwarded);
  const pairs = new Map<string, Pair>();
  for (const { match } of rules) {
    for (const from of zonesOf(match.inInterface)) {
      for (const to of zonesOf(match.outInterface)) {
        for (const pair of [opened(from, to, rewrites, spelling), answered(to, from, match, rewrites, spelling)]) {
          const key = `${pair.from.name} ${pair.to.name}`;
          const known = pairs.get(key);
          if (known?.leavesAs !== free) pairs.set(key, pair);
        }
      }
    }
  }
  const sorted = [...pairs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair);
  return align(sorted.flatMap((pair) => linesOf(pair, spelling)));
}

const isForwarded = ({ direction, verdict, match }: Rule): boolean =>
  direction === "forward" && verdict.kind === "accept" && !match.related;

const zonesOf = (set: Match["inInterface"]): readonly Zone[] => (set?.kind === "one-of" ? set.zones : []);

const isBetween = ({ match }: Rewrite, from: Zone, to: Zone): boolean =>
  zonesOf(match.inInterface).some((z) => z.name === from.name) &&
  zonesOf(match.outInterface).some((z) => z.name === to.name);

function opened(from: Zone, to: Zone, rewrites: readonly Rewrite[], spelling: Spelling): Pair {
  const changes = rewrites.filter((rewrite) => isBetween(rewrite, from, to)).map(({ change }) => change);
  const masquerade = changes.find((change) => change.kind === "masquerade");
  return { from, to, leavesAs: masquerade ? matchLines(masquerade.as, "", spelling) : unchanged(from) };
}

/** Answers leave as the address that the opening was for: conntrack puts it back before this hook. */
function answered(from: Zone, to: Zone, { rewritten }: Match, rewrites: readonly Rewrite[], spelling: Spelling): Pair {
  const renewed = rewrites.find(
    ({ change, match }) => change.kind === "destination" && zonesOf(match.inInterface).some((z) => z.name === to.name),
  );
  if (!rewritten || !renewed) return { from, to, leavesAs: unchanged(from) };
  const { family, destination: source, destinationLocality: sourceLocality } = renewed.match;
  const own: Match = {
    ...(family && { family }),
    ...(source && { source }),
    ...(sourceLocality && { sourceLocality }),
  };
  return { from, to, leavesAs: matchLines(own, "", spelling) };
}

const free: readonly Line[] = [[]];
/** No address of this machine, on whichever interface. */
const foreign: readonly Line[] = [[{ kind: "fib", text: "fib saddr type != local" }]];
const unchanged = (from: Zone): readonly Line[] => (from.kind === "tunnel" ? foreign : free);

function linesOf({ from, to, leavesAs }: Pair, spelling: Spelling): readonly Line[] {
  const way: Match = { inInterface: { kind: "one-of", zones: [from] }, outInterface: { kind: "one-of", zones: [to] } };
  return wholeMatch(way, "", spelling).flatMap((names) => leavesAs.map((source) => [...names, ...source, ...judged]));
}

const judged: Line = [
  { kind: "verdict", text: "counter accept" },
  { kind: "comment", text: 'comment "judged in forward"' },
];
