import { type Decider, Deciders } from "./decider.ts";
import type { Source } from "./diagnostics/span.ts";
import { evaluate, type Judgement } from "./ir/evaluate.ts";
import type { Origins } from "./ir/origins.ts";
import type { Packet } from "./ir/packet.ts";
import type { Plan } from "./ir/plan.ts";
import type { PacketPattern, Policy } from "./ir/policy.ts";
import { ruleText } from "./ir/rule-text.ts";
import type { Ruleset } from "./ir/ruleset.ts";
import { sampleOf } from "./ir/sample-packet.ts";
import { type Vantage, vantages, vantagesOf } from "./ir/vantage.ts";

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
  readonly verdict: "accept" | "drop" | "reject";
  readonly rule: { readonly stage: string; readonly text: string };
  readonly from: Decider;
}

/** One concrete packet of a pattern in every state, the boot state and the disabled one, on every interface that it speaks of. */
export function explain(
  policy: Policy,
  origins: Origins,
  plan: Plan,
  pattern: PacketPattern,
  sources: readonly Source[] = [],
): Explanation {
  const sample = sampleOf(pattern, policy, plan.os);
  const deciders = new Deciders(origins, sources);
  const rulesets = [...plan.states, ...(plan.portal ? [plan.portal] : []), plan.lockdown];
  const row = ({ state }: Ruleset, { verdict, rule }: Judgement, way: Way): ExplanationRow => ({
    state,
    ...way,
    verdict: verdict.kind,
    rule: { stage: rule.stage, text: ruleText(rule) },
    from: deciders.of(rule.from),
  });
  const judged = (at: Vantage, arrival?: Vantage) =>
    rulesets.map((ruleset) => ({ ruleset, judgement: answered(ruleset, sample.at(at, arrival)) }));
  const arrivals = pattern.direction === "forward" ? vantages(policy, plan.os) : [];
  const rows = vantagesOf(pattern, policy, plan.os).flatMap((at): readonly ExplanationRow[] => {
    const ways = arrivals.length === 0 ? [{ judgements: judged(at) }] : alike(arrivals, (from) => judged(at, from));
    return ways.flatMap(({ judgements, ...arrival }) => {
      const way: Way = { ...arrival, interface: at.name };
      return [
        ...judgements.map(({ ruleset, judgement }) => row(ruleset, judgement, way)),
        { state: "disabled", ...way, ...disabled },
      ];
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
type Judgements = readonly { readonly ruleset: Ruleset; readonly judgement: Judgement }[];

/** Arrivals that the same rules decide in every state are one. */
function alike(
  arrivals: readonly Vantage[],
  judged: (arrival: Vantage) => Judgements,
): readonly { readonly arrival: string; readonly judgements: Judgements }[] {
  const groups: { readonly names: string[]; readonly judgements: Judgements }[] = [];
  for (const arrival of arrivals) {
    const judgements = judged(arrival);
    const same = groups.find((group) =>
      group.judgements.every(({ judgement }, i) => judgement.rule === judgements[i]?.judgement.rule),
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
