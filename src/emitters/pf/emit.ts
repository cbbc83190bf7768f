import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import { type Ruleset, type Stage, stages } from "../../ir/ruleset.ts";
import { stateName } from "../../ir/states.ts";
import type { Emitter, Files } from "../emitter.ts";
import { asset, template } from "../template.ts";
import { capabilities } from "./capabilities.ts";
import { interfacesOf, macrosAmong } from "./interfaces.ts";
import { type Macro, movesOf, type State } from "./moves.ts";
import { linesOf, textOf } from "./rules.ts";
import { type Table, Tables } from "./tables.ts";

/** Ruleset → pf of macOS. Each state is the whole text of one anchor; a switch is one transaction from one to another. */
export const pf: Emitter = { capabilities, emit };

/** A name that no interface has: until a tunnel's own is filled in, nothing is opened on it. */
const none = "utun_none";

interface AnchorView {
  readonly policy: string;
  readonly state: string;
  readonly macros: readonly Macro[];
  readonly tables: readonly string[];
  readonly stages: readonly { readonly heading: string; readonly lines: readonly string[] }[];
}

function emit(plan: Plan): Files {
  const interfaces = interfacesOf(plan);
  const macros = macrosAmong(interfaces).map((name) => ({ name, none }));
  const tables = new Tables({ isShared: true });
  const brought = new Tables({ isShared: false });
  const states = rulesetsOf(plan).map((ruleset): State => {
    const isBoot = ruleset === plan.lockdown;
    return { ruleset, lines: linesOf(ruleset, { interfaces, tables: isBoot ? brought : tables }) };
  });
  const shared = tables.all();
  const isBrought = (name: string): boolean => brought.all().some((table) => table.name === name);
  const anchor = template<AnchorView>("pf/anchor.hbs");
  const files = states.map(({ ruleset, lines }): [string, string] => {
    const isBoot = ruleset === plan.lockdown;
    const used = isBoot
      ? brought.all().filter(({ name }) => lines.some(isAbout(name)))
      : shared.filter(({ name }) => lines.some(isAbout(name)) || isBrought(name));
    const view: AnchorView = {
      policy: plan.policy,
      state: ruleset.state,
      macros,
      tables: used.map(isBoot ? broughtTable : ({ name }) => `table <${name}> persist`),
      stages: sections(ruleset, lines),
    };
    return [`pf/${stateName(ruleset.state)}.conf`, anchor(view)];
  });
  const disable = template<{ readonly policy: string }>("pf/disable.hbs");
  return new Map([
    ...files,
    ["pf/disable.conf", disable({ policy: plan.policy })],
    ...shared.map((table): [string, string] => [`pf/tables/${table.name}.txt`, `${table.entries.join("\n")}\n`]),
    ["pf/moves.txt", movesOf(plan, states, macros, shared)],
    ["pf/report.sh", asset("pf/report.sh")],
  ]);
}

/**
 * It goes with the last rule that names it, unless a file says that it is to stay: each state does, whether it asks it or not.
 * With `const` it could not be filled again (xnu, pfr_set_addrs: EPERM).
 */
const broughtTable = ({ name, entries }: Table): string => `table <${name}> { ${entries.join(", ")} }`;

const isAbout =
  (table: string) =>
  ({ from, to }: State["lines"][number]): boolean =>
    from.text === `<${table}>` || to.text === `<${table}>`;

/** Under the headings of the other backends, in the order of stages; loopback and what is left are the same in all states. */
function sections({ rules }: Ruleset, lines: State["lines"]): AnchorView["stages"] {
  const isTold = rules.some(
    ({ stage, direction, verdict }) => stage === "closed" && direction === "out" && verdict.kind === "reject",
  );
  const fixed: Partial<Readonly<Record<Stage, readonly string[]>>> = {
    loopback: ['pass quick on lo0 all no state label "built-in-loopback"'],
    closed: [
      `block ${isTold ? "return" : "drop"} out quick all label "closed-out"`,
      'block drop quick all label "closed-in"',
    ],
  };
  return stages.flatMap((stage) => {
    const own = fixed[stage] ?? lines.filter((line) => line.stage === stage).map(textOf);
    const section = own.length > 0 ? [{ heading: stage, lines: own }] : [];
    return stage === "loopback" ? [...section, fragments] : section;
  });
}

/** A fragment shows no port and no owner, so no other rule may judge it. */
const fragments = { heading: "fragments", lines: ['block drop quick all fragment label "built-in-fragments"'] };
