import type { Direction, Rule, Ruleset } from "../../ir/ruleset.ts";
import type { Family } from "../../net/address.ts";
import type { Way } from "../linux/ways.ts";
import type { JudgingTable } from "./hooks.ts";

const units: Readonly<Record<number, string>> = { 1000: "second", 60000: "minute", 3600000: "hour" };

/** How a hook ends: the order of these rules is the planner's. In mangle nobody can be told, and output has told it. */
export function closedLines({ rules }: Ruleset, way: Way, table: JudgingTable, family: Family): readonly string[] {
  const direction: Direction = way === "out" || way === "in" ? way : "forward";
  const lines = rules.filter(
    (rule) => rule.stage === "closed" && rule.direction === direction && rule.match.family !== "arp",
  );
  if (table === "mangle") return [`-m comment --comment closed-${direction} -j DROP`];
  const log = lines.find((rule) => rule.log)?.log;
  return [...(log ? [logLine(log, direction)] : []), ...lines.map((rule) => closedLine(rule, family))];
}

const logLine = ({ count, per }: NonNullable<Rule["log"]>, direction: Direction): string =>
  `-m limit --limit ${count}/${units[per] ?? "hour"} --limit-burst ${count} -j LOG --log-prefix "ksp closed-${direction}: " --log-uid`;

function closedLine({ match, verdict, from }: Rule, family: Family): string {
  const protocol = match.transport?.kind === "tcp" ? "-p tcp " : "";
  const unreachable = family === "ipv4" ? "icmp-port-unreachable" : "icmp6-port-unreachable";
  const word =
    verdict.kind !== "reject"
      ? "DROP"
      : `REJECT --reject-with ${verdict.with === "tcp-reset" ? "tcp-reset" : unreachable}`;
  return `${protocol}-m comment --comment ${from} -j ${word}`;
}
