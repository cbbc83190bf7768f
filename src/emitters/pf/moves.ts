import type { Plan } from "../../ir/plan.ts";
import { type Ruleset, stages } from "../../ir/ruleset.ts";
import { stateName } from "../../ir/states.ts";
import { type Family, families } from "../../net/address.ts";
import { template } from "../template.ts";
import type { Line } from "./rules.ts";
import type { Hosts, Table } from "./tables.ts";

/** Walked before every other child of Apple's anchor, and kept when the main ruleset is loaded again. */
const anchor = "com.apple/000.ksp";

export interface State {
  readonly ruleset: Ruleset;
  readonly lines: readonly Line[];
}
/** A name of an interface that is filled in when a file is loaded, and what stands for it until then. */
export interface Macro {
  readonly name: string;
  readonly none: string;
}
interface View {
  readonly policy: string;
  readonly macros: readonly Macro[];
  readonly blocks: readonly Block[];
}
interface Block {
  readonly heading: string;
  readonly commands: readonly string[];
}

/** Every move: load, then end the flows that the new state does not allow. */
export function movesOf(
  plan: Plan,
  states: readonly State[],
  macros: readonly Macro[],
  tables: readonly Table[],
): string {
  const of = (key: string): State => {
    const found = states.find(({ ruleset }) => ruleset.state === key);
    if (!found) throw new Error(`no state ${key}`);
    return found;
  };
  const filled = macros.map(({ name }) => `-D ${name}="$${name}" `).join("");
  const load = (file: string): readonly string[] => [
    `pfctl -n -o none ${filled}-f ${file}`,
    `pfctl -a ${anchor} -o none ${filled}-f ${file}`,
  ];
  const move = (from: State, to: State): Block => ({
    heading: `move ${from.ruleset.state} -> ${to.ruleset.state}`,
    commands: [...load(`${stateName(to.ruleset.state)}.conf`), ...kills(from, to)],
  });
  const [down] = plan.states;
  if (!down) throw new Error("a plan has a state");
  const lockdown = of(plan.lockdown.state);
  const running = plan.states.map(({ state }) => of(state));
  const isStep = (from: string, to: string) => plan.moves.some((step) => step.from === from && step.to === to);
  const loadTable = ({ name }: Table) => `pfctl -a ${anchor} -t ${name} -T replace -f tables/${name}.txt`;
  const blocks: readonly Block[] = [
    ...(tables.length > 0 ? [{ heading: "tables", commands: tables.map(loadTable) }] : []),
    {
      heading: `move disabled -> ${lockdown.ruleset.state}`,
      commands: [reference, ...load("lockdown.conf"), "pfctl -E", everything],
    },
    move(lockdown, of(down.state)),
    ...plan.moves.map(({ from, to }) => move(of(from), of(to))),
    ...running
      .filter(({ ruleset: { state } }) => state !== down.state && !isStep(state, down.state))
      .map((from) => move(from, of(down.state))),
    ...running.map((from) => move(from, lockdown)),
    ...[lockdown, ...running].map(({ ruleset: { state } }) => ({
      heading: `move ${state} -> disabled`,
      commands: [...load("disable.conf"), 'pfctl -X "$token"'],
    })),
  ];
  return template<View>("pf/moves.hbs")({ policy: plan.policy, macros, blocks });
}

/** Every state, whatever it is bound to. */
const everything = "pfctl -F states";

/** Without this line of the main rules nothing of ours is evaluated. */
const reference = "pfctl -sr | grep -qF 'anchor \"com.apple/*\"' || pfctl -f /etc/pf.conf";

/**
 * A flow that was opened and may not be opened now was let pass by a rule that is gone, or is refused by one that is new and
 * stands before the rule that let it pass: the stages have one order, and in a stage no rule contradicts another.
 */
function kills(from: State, to: State): readonly string[] {
  const [before, after] = [from, to].map(({ lines }) => lines.flatMap(onEach));
  if (!before || !after) return [];
  const kept = before.filter(({ words }) => words.includes("keep state"));
  const gone = without(kept, after);
  const added = without(after, before).filter(
    (rule) => rule.action !== "pass" && kept.some((other) => isBehind(other, rule)),
  );
  // What passes on interfaces without a name is found on none of those that have one.
  const isFound = !kept.some(isBeyondNames) || ![...gone, ...added].some(isBeyondNames);
  if (!isFound) return [everything];
  return widest([...gone, ...added].flatMap(pairs)).map(
    ({ on, source, target }) => `pfctl -i ${shell(on)} -k ${source} -k ${target}`,
  );
}

/** What a rule is on one interface. */
interface OnOne extends Line {
  readonly name: string;
}

const onEach = (line: Line): readonly OnOne[] => line.where.named.map((name) => ({ ...line, name }));

/** Whether a refused sender is told changes nothing for the flows that are refused. */
const meaningOf = ({ name, direction, action, words }: OnOne): string =>
  [action === "pass" ? action : "block", direction, name, words].join(" ");

function without(rules: readonly OnOne[], others: readonly OnOne[]): readonly OnOne[] {
  const known = new Set(others.map(meaningOf));
  return rules.filter((rule) => !known.has(meaningOf(rule)));
}

const isBehind = (a: OnOne, b: OnOne): boolean =>
  a.name === b.name && a.direction === b.direction && stages.indexOf(a.stage) > stages.indexOf(b.stage);

const isBeyondNames = ({ where: { on } }: Line): boolean => on === undefined || on.startsWith("!");

/** States of flows from one side to the other; the side that opened them first. */
interface Pair {
  readonly on: string;
  readonly source: string;
  readonly target: string;
}

const pairs = ({ name: on, family, from, to }: OnOne): readonly Pair[] =>
  (family ? [family] : families).flatMap((version) =>
    prefixes(from, version).flatMap((source) => prefixes(to, version).map((target) => ({ on, source, target }))),
  );

/** Without those that another one finds, too. */
function widest(all: readonly Pair[]): readonly Pair[] {
  const covers = (a: Pair, b: Pair): boolean =>
    a.on === b.on && (["source", "target"] as const).every((end) => a[end] === b[end] || a[end] === wholeOf(b[end]));
  const distinct = [...new Map(all.map((pair) => [Object.values(pair).join(" "), pair])).values()];
  return distinct.filter((pair) => !distinct.some((other) => other !== pair && covers(other, pair)));
}

const shell = (name: string): string => (name.startsWith("$") ? `"${name}"` : name);

const whole: Readonly<Record<Family, string>> = { ipv4: "0.0.0.0/0", ipv6: "::/0" };
const familyOf = (prefix: string): Family => (prefix.includes(":") ? "ipv6" : "ipv4");
const wholeOf = (prefix: string): string => whole[familyOf(prefix)];

const prefixes = ({ prefixes: known }: Hosts, family: Family): readonly string[] =>
  known?.filter((prefix) => familyOf(prefix) === family) ?? [whole[family]];
