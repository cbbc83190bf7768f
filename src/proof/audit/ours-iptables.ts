import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import type { Ruleset } from "../../ir/ruleset.ts";
import { families } from "../../net/address.ts";
import { ofFamily } from "../../net/address-set.ts";
import { PacketSpace } from "../packet-space.ts";
import { type IpFamily, type Program, type Sets, Unreadable } from "../readers/iptables/program.ts";
import { readSets } from "../readers/iptables/read-sets.ts";
import { load, nothing } from "../readers/iptables/read-text.ts";
import { vocabularyOfProgram } from "../readers/iptables/vocabulary.ts";
import { Comparison, type Difference } from "../translation/comparison.ts";
import { assumed } from "../translation/iptables-assumed.ts";
import { judgingHooks, type OwnHook, rewritingHooks } from "../translation/iptables-places.ts";
import { SameRules } from "../translation/iptables-rules.ts";
import { loopback, merged, vocabularyOf } from "../vocabulary.ts";
import { witness } from "../witness.ts";
import { type AuditFinding, type Judged, nowhere } from "./finding.ts";
import { inKernel, isWithin, lacking, notInForce, switchedOff } from "./ours.ts";
import type { OwnChains, Saved } from "./read-iptables.ts";

/** What the files of a compile switch to, by the path below `iptables/` without the family's ending. */
export type Switches = (state: string, family: IpFamily) => string | undefined;

/** Our chains, by the table and the chain of the kernel that calls each. */
export const ownChains: OwnChains = new Map(
  [judgingHooks, rewritingHooks].flatMap((hooks) =>
    Object.values<OwnHook>(hooks).map(({ table, chain, own }) => [
      `${table} ${chain}`,
      { own, judges: hooks === judgingHooks },
    ]),
  ),
);

const isOurs = ({ text }: Saved): boolean => /^:ksp_/m.test(text);

/** Where our chains are not there, or do not say what was planned: of the state that is in force, and of each that may follow. */
export function absencesOfIptables(plan: Plan, saved: readonly Saved[], sets: string, switches: Switches): Judged {
  const states = rulesetsOf(plan).map(({ state }) => state);
  const absent = (reason: string): AuditFinding => ({ kind: "absent", states, reason });
  const found = families.flatMap((family): (readonly [IpFamily, Saved])[] => {
    const one = saved.find((each) => isOurs(each) && each.families.includes(family));
    return one ? [[family, one]] : [];
  });
  const missing = families.filter((family) => !found.some(([of]) => of === family));
  if (missing.length > 0) {
    const names = missing.map((family) => (family === "ipv4" ? "IPv4" : "IPv6")).join(" and ");
    return nowhere({ ...absent(`iptables holds none of them for ${names}`), ...leaked(plan, missing) });
  }
  const held = found.map(([family, one]) => read(family, one, sets));
  const faults = held.flatMap((each) => ("fault" in each ? [absent(`they are not understood: ${each.fault}`)] : []));
  if (faults.length > 0) return nowhere(...faults);
  const programs = held.flatMap((each) => ("fault" in each ? [] : each.program));
  try {
    return new Own(plan, programs, switches).judged();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return nowhere(absent(`they are not understood: ${error.message}`));
  }
}

/** A packet of such a family that the policy refuses. */
function leaked(plan: Plan, missing: readonly IpFamily[]): Pick<AuditFinding, "shown"> {
  const [ruleset = plan.lockdown] = plan.states;
  const comparison = new Comparison(new PacketSpace(merged(vocabularyOf([ruleset]), loopback)));
  const { space } = comparison;
  const refused = comparison
    .going("out")
    .intersect(space.family(...missing))
    .minus(comparison.planned(ruleset, "filled").accepted);
  const packet = witness(refused, space);
  return packet ? { shown: { packet } } : {};
}

/** Of a listing what is ours, as a text that could be restored, where ours come first. */
function ownText(text: string): string {
  const lines = text.split("\n").flatMap((line) => {
    const plain = line.trim();
    if (/^\*(mangle|nat|filter)$|^COMMIT$/.test(plain)) return [plain];
    if (/^\*/.test(plain)) return ["#other"];
    if (/^:ksp_/.test(plain)) return [plain.replace(/\[\d+:\d+\]$/, "[0:0]")];
    if (/^-A ksp_/.test(plain)) return [plain];
    const jump = /^-A ([A-Z]+) -j (ksp_\S+)$/.exec(plain);
    return jump ? [`-I ${jump[1]} 1 -j ${jump[2]}`] : [];
  });
  // Of a table that we have nothing in, its end is left as well.
  return `${lines.join("\n").replaceAll(/#other\nCOMMIT\n?/g, "")}\n`;
}

function read(
  family: IpFamily,
  saved: Saved,
  sets: string,
): { readonly program: Program } | { readonly fault: string } {
  try {
    const own = sets.split("\n").filter((line) => /^(create|add) ksp_/.test(line));
    return { program: load(ownText(saved.text), { ...nothing(family), sets: readSets(`${own.join("\n")}\n`) }) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { fault: error.message };
  }
}

class Own {
  readonly #plan: Plan;
  readonly #programs: readonly Program[];
  readonly #switches: Switches;
  readonly #same: SameRules;

  constructor(plan: Plan, programs: readonly Program[], switches: Switches) {
    this.#plan = plan;
    this.#programs = programs;
    this.#switches = switches;
    const rulesets = rulesetsOf(plan);
    const space = new PacketSpace(merged(vocabularyOf(rulesets), ...programs.map(vocabularyOfProgram), loopback));
    this.#same = new SameRules(new Comparison(space), assumed(space, rulesets));
  }

  judged(): Judged {
    const all = rulesetsOf(this.#plan);
    const each = all.map((ruleset) => ({ ruleset, found: this.#different(ruleset, this.#programs) }));
    const inForce = each.find(({ found }) => !found)?.ruleset;
    if (!inForce) return nowhere(this.#outOfForce(each));
    if (inForce.state === this.#plan.lockdown.state) return { findings: [], inForce: inForce.state };
    const findings = this.#plan.states.flatMap((ruleset) => (ruleset === inForce ? [] : this.#following(ruleset)));
    return { findings, inForce: inForce.state };
  }

  #following(ruleset: Ruleset): readonly AuditFinding[] {
    const { state } = ruleset;
    const switched: Program[] = [];
    for (const program of this.#programs) {
      const text = this.#switches(state, program.family);
      try {
        if (text !== undefined) switched.push(load(text, program));
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        return [lacking(state, "its rules are not loaded")];
      }
    }
    const found = this.#different(ruleset, switched);
    return found ? [lacking(state, `once it is in force ${inKernel(found)}`, found)] : [];
  }

  #outOfForce(each: readonly { readonly ruleset: Ruleset; readonly found: Difference | undefined }[]): AuditFinding {
    const states = this.#plan.states.map(({ state }) => state);
    if (this.#programs.every((program) => !this.#same.refused(program))) return switchedOff(states);
    // The one that was meant is nearest to what is there: it differs last.
    const meant =
      each.find(({ ruleset }) => this.#isNamed(ruleset)) ?? each.find(({ ruleset }) => ruleset.state === states[0]);
    return notInForce(meant ? [meant.ruleset.state] : states, meant?.found);
  }

  /** Whether switching to a state would change nothing about where packets go first. */
  #isNamed({ state }: Ruleset): boolean {
    return this.#programs.every((program) => {
      const text = this.#switches(state, program.family) ?? "";
      const first = program.tables.get("filter")?.get("ksp_output")?.[0]?.target;
      return (
        first?.kind === "goto" &&
        text.split("\n").some((line) => line.startsWith("-R ksp_output ") && line.endsWith(` ${first.chain}`))
      );
    });
  }

  #different(ruleset: Ruleset, programs: readonly Program[]): Difference | undefined {
    for (const program of programs) {
      const state = { ruleset, program: asLoaded(program, ruleset), filling: "as-loaded", isOpen: true } as const;
      const found = this.#same.difference(state);
      if (found) return found;
    }
    return undefined;
  }
}

function asLoaded(program: Program, { rules }: Ruleset): Program {
  const { family } = program;
  const extension = family === "ipv4" ? "v4" : "v6";
  const sets = new Map<string, NonNullable<ReturnType<Sets["get"]>>>(program.sets);
  for (const { match } of rules)
    for (const { table, set, within } of [match.source, match.destination].flatMap((one) => one ?? [])) {
      const name = `ksp_${table}_${extension}`;
      const held = sets.get(name);
      if (table === undefined || !within || !held) continue;
      if (isWithin(held.ranges, ofFamily(within, family))) sets.set(name, { ...held, ranges: ofFamily(set, family) });
    }
  return { ...program, sets };
}
