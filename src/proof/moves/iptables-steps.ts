import type { Ruleset } from "../../ir/ruleset.ts";
import type { IpFamily, Program, Sets, TableName } from "../readers/iptables/program.ts";

export type Programs = Readonly<Record<IpFamily, Program>>;

/** What the kernel holds at rest. Without a ruleset everything is meant to pass. */
export interface IptablesStanding {
  readonly programs: Programs;
  readonly ruleset?: Ruleset;
}

/** One command takes effect: what the family's rules are then. */
export interface Step {
  readonly family: IpFamily;
  readonly program: Program;
}

/** From one state to another, table by table; whatever ends in between, ends between two steps. */
export interface IptablesMove {
  readonly name: string;
  readonly from: IptablesStanding;
  readonly to: IptablesStanding;
  /** Which family is to be ahead: IPv6 closes first and opens last. */
  readonly way: "closing" | "opening";
  readonly steps: readonly Step[];
}

/** In the order in which the script takes them. */
export const tables: readonly TableName[] = ["mangle", "filter", "nat"];

/** As the script takes it: sets first, then one family after the other, and each table by itself. What opens everything leaves sets as they are. */
export function stepsOf(from: IptablesStanding, to: IptablesStanding, way: IptablesMove["way"]): readonly Step[] {
  const order: readonly IpFamily[] = way === "closing" ? ["ipv6", "ipv4"] : ["ipv4", "ipv6"];
  const ends = order.map((family) => ({ family, before: from.programs[family], after: to.programs[family] }));
  const setsOf = ({ before, after }: (typeof ends)[number]): Sets => (to.ruleset ? after.sets : before.sets);
  const filled = ends.map((end): Step => ({ family: end.family, program: { ...end.before, sets: setsOf(end) } }));
  const isFilled = ends.some((end) => end.before.sets !== setsOf(end));
  const changed = ends.flatMap((end) => {
    const { family, before, after } = end;
    return tables.map((_, i): Step => {
      const done = tables.slice(0, i + 1).flatMap((table) => {
        const rules = after.tables.get(table);
        return rules ? [[table, rules] as const] : [];
      });
      return { family, program: { family, sets: setsOf(end), tables: new Map([...before.tables, ...done]) } };
    });
  });
  return [...(isFilled ? filled : []), ...changed];
}
