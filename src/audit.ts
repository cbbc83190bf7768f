import { backends } from "./backends.ts";
import { readFor, type TargetOptions } from "./check-for.ts";
import { type Diagnostic, diagnostic, isError } from "./diagnostics/diagnostic.ts";
import type { Source, Span } from "./diagnostics/span.ts";
import type { Origins } from "./ir/origins.ts";
import { describe } from "./ir/packet.ts";
import { type Plan, rulesetsOf } from "./ir/plan.ts";
import type { Os } from "./ir/policy.ts";
import type { StateKey } from "./ir/states.ts";
import type { Target } from "./ir/targets.ts";
import type { AuditFinding, Place, Shown } from "./proof/audit/finding.ts";
import { BudgetExceeded } from "./proof/packets/diagrams.ts";
import { tooLarge } from "./prove.ts";

export interface Audited {
  /** Absent when the policy has an error. */
  readonly findings?: readonly AuditFinding[];
  /** The state that is in force as planned, where one is. */
  readonly state?: StateKey;
  /** Every other file that was read, and of listings the lines that findings name. */
  readonly sources: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface AuditOptions extends Omit<TargetOptions, "targets"> {
  readonly target: Target;
  /** What the firewall holds, by the names of the files, or of what was asked. */
  readonly listing: ReadonlyMap<string, string>;
}

/** Whether a machine is as closed, and as open, as its policy says, with the rules of others that are there. */
export function audit(source: Source, { target, listing, ...options }: AuditOptions): Audited {
  const { plan, origins, sources, diagnostics } = readFor(source, { ...options, targets: [target] });
  if (!plan || !origins) return { sources, diagnostics };
  try {
    const { findings, inForce: state } = backends[target].audit(plan, listing);
    const listed = linesOf(findings);
    return {
      findings,
      ...(state !== undefined && { state }),
      sources: [...sources, ...listed],
      diagnostics: [...diagnostics.filter(isError), ...findings.map((finding) => told(finding, plan, origins, listed))],
    };
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return { sources, diagnostics: [...diagnostics, tooLarge(origins)] };
  }
}

/** Listings as far as findings name them: each line where it stands, all others empty. */
function linesOf(findings: readonly AuditFinding[]): readonly Source[] {
  const places = Map.groupBy(
    findings.flatMap(({ place }) => place ?? []),
    ({ file }) => file,
  );
  return [...places].map(([file, named]) => {
    const texts = new Map(named.map(({ line, text }) => [line, text]));
    const last = Math.max(...texts.keys());
    return { file, text: Array.from({ length: last }, (_, i) => texts.get(i + 1) ?? "").join("\n") };
  });
}

function spanOf({ file, line, text }: Place, listed: readonly Source[]): Span {
  const lines = listed.find((source) => source.file === file)?.text.split("\n") ?? [];
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  return { file, start, end: start + text.length };
}

function told(finding: AuditFinding, plan: Plan, origins: Origins, listed: readonly Source[]): Diagnostic {
  const { place, shown } = finding;
  const details = {
    at: place ? spanOf(place, listed) : origins.head,
    notes: shown ? notesOf(shown, inStates(finding, plan), plan.os) : [],
  };
  switch (finding.kind) {
    case "absent":
      return diagnostic(
        "KSP6001",
        { reason: finding.reason },
        {
          ...details,
          label: place ? "here" : "this policy",
          help: finding.isUnread
            ? "have the machine list its rules once more, and give all of what it printed"
            : "load the rules, and look for what took them away; what is loaded is perhaps of an earlier version of the policy",
        },
      );
    case "opens":
      return diagnostic(
        "KSP6002",
        { does: finding.does },
        { ...details, label: "opens", help: "take this rule away, or have it leave out such packets" },
      );
    case "breaks":
      return diagnostic(
        "KSP6003",
        { does: finding.does },
        { ...details, label: "refuses", help: "let such packets pass before this rule" },
      );
    case "unclear":
      return diagnostic(
        "KSP6004",
        { reason: finding.reason },
        { ...details, label: "might do anything", help: "see what it does, or take it away" },
      );
  }
}

const notesOf = ({ packet, region }: Shown, states: string, os: Os): readonly string[] => [
  `${states}: ${describe(packet, os)}`,
  ...(region === undefined ? [] : [`all of: ${region}`]),
];

function inStates({ states }: AuditFinding, plan: Plan): string {
  if (rulesetsOf(plan).every(({ state }) => states.includes(state))) return "every state";
  return `${states.length === 1 ? "state" : "states"} ${states.map((state) => `\`${state}\``).join(", ")}`;
}
