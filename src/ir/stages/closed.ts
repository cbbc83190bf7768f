import type { Direction, Match, Rule, Verdict } from "../ruleset.ts";
import { drop } from "../ruleset.ts";
import type { PlanStage } from "./rule.ts";

/** Everything left. A reject of something that came in would itself leave, so `in` is always dropped; at boot nobody is told. */
export const closedStage: PlanStage = (policy, _os, state) => {
  const told = (direction: "out" | "forward") => state.mode !== "lockdown" && policy.blocked[direction] === "reject";
  const { log } = policy;
  const closed: typeof refusal = (...words) => ({
    ...refusal(...words),
    ...(log && state.mode !== "lockdown" && { log }),
  });
  const unreachable: Verdict = { kind: "reject", with: "port-unreachable" };
  return [
    ...(told("out")
      ? [
          closed("out", { kind: "reject", with: "tcp-reset" }, { transport: { kind: "tcp" } }),
          closed("out", unreachable),
        ]
      : [closed("out", drop)]),
    closed("forward", told("forward") && policy.links.some((l) => l.role === "inside") ? unreachable : drop),
    closed("in", drop),
    refusal("out", drop, { family: "arp" }),
    refusal("in", drop, { family: "arp" }),
  ];
};

const refusal = (direction: Direction, verdict: Verdict, match: Match = {}): Rule => ({
  stage: "closed",
  direction,
  match,
  verdict,
  replies: false,
  from: `closed-${direction}`,
});
