import { type Decider, Deciders } from "./decider.ts";
import type { Source } from "./diagnostics/span.ts";
import { evaluate, type Judgement } from "./ir/evaluate.ts";
import type { Origins } from "./ir/origins.ts";
import { describe, type Packet } from "./ir/packet.ts";
import { type Plan, switchableOf } from "./ir/plan.ts";
import type { Os, PacketPattern, Policy } from "./ir/policy.ts";
import { ruleText } from "./ir/rule-text.ts";
import type { Match, Ruleset } from "./ir/ruleset.ts";
import { sampleOf } from "./ir/sample-packet.ts";
import { patternMatch } from "./ir/stages/deny-list.ts";
import { type Vantage, vantages, vantagesOf } from "./ir/vantage.ts";
import { accepted } from "./proof/accepted.ts";
import { described } from "./proof/described.ts";
import { PacketSpace } from "./proof/packet-space.ts";
import type { PacketSet } from "./proof/packets/packet-set.ts";
import { loopback, merged, vocabularyOf, vocabularyOfMatches } from "./proof/vocabulary.ts";
import { witness } from "./proof/witness.ts";

/** What becomes of a packet, state by state and interface by interface. */
export interface Explanation {
  /** The packet in words, with everything that the pattern left open. */
  readonly packet: string;
  readonly rows: readonly ExplanationRow[];
}

interface ExplanationRow {
  readonly state: string;
  /** Of a forwarded packet: where it comes in. `elsewhere` is every interface that no other row names. */
  readonly arrival?: string;
  readonly interface: string;
  readonly verdict: Answer["verdict"];
  readonly rule: Answer["rule"];
  readonly from: Decider;
  /** Where the packet that is explained goes one way and some other that is described the other: one of those. */
  readonly except?: Answer & { readonly packet: string };
}

interface Answer {
  readonly verdict: "accept" | "drop" | "reject";
  readonly rule: { readonly stage: string; readonly text: string };
  readonly from: Decider;
}

/**
 * A pattern in every state, the boot state and the disabled one, on every interface that it speaks of: what becomes of one
 * concrete packet, and whether all others of the pattern go the same way.
 */
export function explain(
  policy: Policy,
  origins: Origins,
  plan: Plan,
  pattern: PacketPattern,
  sources: readonly Source[] = [],
): Explanation {
  const sample = sampleOf(pattern, policy, plan.os);
  const deciders = new Deciders(origins, sources);
  const rulesets = [...switchableOf(plan), plan.lockdown];
  const others = new Others(pattern, policy, plan.os, rulesets);
  const answer = ({ verdict, rule }: Judgement): Answer => ({
    verdict: verdict.kind,
    rule: { stage: rule.stage, text: ruleText(rule) },
    from: deciders.of(rule.from),
  });
  const row = ({ ruleset, judgement, except }: Judged, way: Way): ExplanationRow => ({
    state: ruleset.state,
    ...way,
    ...answer(judgement),
    ...(except && { except: { packet: describe(except.packet, plan.os), ...answer(except.judgement) } }),
  });
  const judged = (at: Vantage, arrival?: Vantage): readonly Judged[] =>
    rulesets.map((ruleset) => {
      const packet = sample.at(at, arrival);
      const judgement = answered(ruleset, packet);
      const other = others.of(ruleset, judgement.verdict.kind === "accept", packet);
      return { ruleset, judgement, ...(other && { except: { packet: other, judgement: answered(ruleset, other) } }) };
    });
  const arrivals = pattern.direction === "forward" ? vantages(policy, plan.os) : [];
  const rows = vantagesOf(pattern, policy, plan.os).flatMap((at): readonly ExplanationRow[] => {
    const ways = arrivals.length === 0 ? [{ judgements: judged(at) }] : alike(arrivals, (from) => judged(at, from));
    return ways.flatMap(({ judgements, ...arrival }) => {
      const way: Way = { ...arrival, interface: at.name };
      return [...judgements.map((each) => row(each, way)), { state: "disabled", ...way, ...disabled }];
    });
  });
  return { packet: sample.text, rows };
}

/** As its rule says; but a refusal is a way back to the hook, and whether the sender is told is said there. */
function answered(ruleset: Ruleset, packet: Packet): Judgement {
  const judgement = evaluate(ruleset, packet);
  if (judgement.verdict.kind === "accept") return judgement;
  return { ...judgement, verdict: evaluate({ ...ruleset, rules: ruleset.rules.filter(isLast) }, packet).verdict };
}

const isLast = ({ stage }: Ruleset["rules"][number]): boolean => stage === "closed";

type Way = Pick<ExplanationRow, "arrival" | "interface">;
interface Judged {
  readonly ruleset: Ruleset;
  readonly judgement: Judgement;
  readonly except?: { readonly packet: Packet; readonly judgement: Judgement };
}
type Judgements = readonly Judged[];

/** What a pattern leaves open, in one space for all states. */
class Others {
  readonly #pattern: PacketPattern;
  readonly #match: Match;
  readonly #space: PacketSpace;
  readonly #accepted: ReadonlyMap<Ruleset, PacketSet>;

  constructor(pattern: PacketPattern, policy: Policy, os: Os, rulesets: readonly Ruleset[]) {
    this.#pattern = pattern;
    this.#match = patternMatch(pattern, policy, os);
    const space = new PacketSpace(merged(loopback, vocabularyOf(rulesets), vocabularyOfMatches([this.#match])));
    this.#space = space;
    this.#accepted = new Map(rulesets.map((ruleset) => [ruleset, accepted(ruleset, space)]));
  }

  /** A packet that is described like this one, at the same place, and goes the other way. */
  of(ruleset: Ruleset, passes: boolean, like: Packet): Packet | undefined {
    const { direction, source, destination } = this.#pattern;
    const [named, near] = direction === "in" ? [destination, like.destination] : [source, like.source];
    const family = like.family === "ipv6" ? "ipv6" : "ipv4";
    const set = described(
      direction,
      { ...this.#match, family },
      {
        ...(like.inInterface && { arrival: like.inInterface }),
        ...(like.outInterface && { leaving: like.outInterface }),
        ...(!named && direction !== "forward" && { near: [{ family, first: near, last: near }] }),
      },
      this.#space,
    );
    const passing = this.#accepted.get(ruleset) ?? this.#space.none;
    return witness(passes ? set.minus(passing) : set.intersect(passing), this.#space);
  }
}

/** Arrivals that the same rules decide in every state are one. */
function alike(
  arrivals: readonly Vantage[],
  judged: (arrival: Vantage) => Judgements,
): readonly { readonly arrival: string; readonly judgements: Judgements }[] {
  const groups: { readonly names: string[]; readonly judgements: Judgements }[] = [];
  for (const arrival of arrivals) {
    const judgements = judged(arrival);
    const same = groups.find((group) =>
      group.judgements.every(
        ({ judgement, except }, i) =>
          judgement.rule === judgements[i]?.judgement.rule &&
          except?.judgement.rule === judgements[i]?.except?.judgement.rule,
      ),
    );
    if (same) same.names.push(arrival.name);
    else groups.push({ names: [arrival.name], judgements });
  }
  const isRest = ({ names }: { readonly names: readonly string[] }) => names.includes("elsewhere");
  const ordered = [...groups.filter((group) => !isRest(group)), ...groups.filter(isRest)];
  return ordered.map((group) => ({
    arrival: groups.length === 1 ? "anywhere" : isRest(group) ? "elsewhere" : group.names.join(", "),
    judgements: group.judgements,
  }));
}

const disabled = {
  verdict: "accept",
  rule: { stage: "disabled", text: "everything" },
  from: { id: "built-in-disabled", statement: "nothing is enforced" },
} as const;
