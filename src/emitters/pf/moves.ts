import type { Plan } from "../../ir/plan.ts";
import type { Ruleset } from "../../ir/ruleset.ts";
import { stateName } from "../../ir/states.ts";
import { template } from "../template.ts";
import { everything, killsOf } from "./kills.ts";
import type { Line } from "./rules.ts";
import type { Table } from "./tables.ts";

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
    commands: [...load(`${stateName(to.ruleset.state)}.conf`), ...killsOf(from.lines, to.lines)],
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
      commands: [reference, ...load("lockdown.conf"), ...enable, everything],
    },
    move(lockdown, of(down.state)),
    ...plan.moves.map(({ from, to }) => move(of(from), of(to))),
    ...running
      .filter(({ ruleset: { state } }) => state !== down.state && !isStep(state, down.state))
      .map((from) => move(from, of(down.state))),
    ...running.map((from) => move(from, lockdown)),
    ...[lockdown, ...running].map(({ ruleset: { state } }) => ({
      heading: `move ${state} -> disabled`,
      commands: [...load("disable.conf"), release],
    })),
  ];
  return template<View>("pf/moves.hbs")({ policy: plan.policy, macros, blocks });
}

/** Without this line of the main rules nothing of ours is evaluated. */
const reference = String.raw`pfctl -sr | grep -q '^anchor "com\.apple/\*" all$' || pfctl -f /etc/pf.conf`;

/** Each run takes a token of its own, and all are given back. */
const kept = "/var/run/ksp.token";
const enable = ["token=$(pfctl -E 2>&1 | sed -n 's/^Token : //p')", `(umask 077; echo "\${token:?}" >> ${kept})`];
const release = `while read -r token; do pfctl -X "$token"; done < ${kept}; rm -f ${kept}`;
