import type { Program, Rule } from "../readers/iptables/program.ts";
import { judgingHooks, type OwnHook, rewritingHooks } from "./iptables-places.ts";

/** A rule of somebody else. */
const anothers: Rule = { line: 0, conditions: [], target: { kind: "return" } };

/** A machine on which nothing of ours is, and a rule of somebody else in every chain of the kernel. */
export const withOthers = ({ family, tables, sets }: Program): Program => ({
  family,
  sets,
  tables: new Map(
    [...tables].map(([name, table]) => [
      name,
      new Map([...table.keys()].flatMap((chain) => (isOurs(chain) ? [] : [[chain, [anothers]] as const]))),
    ]),
  ),
});

const isOurs = (chain: string): boolean => chain.startsWith("ksp_");

/**
 * Why rules of others and ours would meet otherwise than is claimed, once a file was loaded among others. Undefined: ours are
 * called first and end closed, the rules of others stay as they are, and what passes ours is still judged by them.
 */
export function misshapen({ tables }: Program): string | undefined {
  const all: readonly OwnHook[] = [...Object.values(judgingHooks), ...Object.values(rewritingHooks)];
  for (const [table, chains] of tables)
    for (const [chain, [first, ...more]] of chains) {
      if (isOurs(chain)) {
        if ([first, ...more].some((rule) => rule?.target.kind === "accept")) return `${chain} passes others over`;
        continue;
      }
      const own = all.find((hook) => hook.table === table && hook.chain === chain)?.own;
      // Nothing may be rewritten, but everything is judged.
      const isMissing = own !== undefined && table === "nat" && !chains.has(own);
      const wanted = isMissing ? undefined : own;
      const isCalled = first?.target.kind === "jump" && first.target.chain === wanted && first.conditions.length === 0;
      const others = wanted !== undefined && isCalled ? more : [first, ...more];
      if ((wanted !== undefined && !isCalled) || others.length !== 1 || others[0] !== anothers)
        return `${chain} of ${table} does not begin with a jump to ${own}, or not all else is as it was`;
    }
  for (const { table, own } of Object.values(judgingHooks)) {
    const last = tables.get(table)?.get(own)?.at(-1);
    if (last?.target.kind !== "drop" || last.conditions.length > 0) return `${own} does not end closed`;
  }
  return undefined;
}

/** Why a program might not load on a kernel that has just begun: sets are not there yet either, and the reader knows of none. */
export function unloadable({ tables }: Program): string | undefined {
  for (const chains of tables.values())
    for (const rules of chains.values())
      for (const { line, conditions } of rules)
        if (conditions.some(({ kind }) => kind === "control-group")) return `line ${line} asks for a control group`;
  return undefined;
}

/** Equal where two programs hold the same rules, whatever their sets hold. */
export const shapeOf = ({ tables }: Program): string =>
  JSON.stringify(
    [...tables].map(([name, chains]) => [name, [...chains].map(([chain, rules]) => [chain, textOf(rules)])]),
  );

/** Files share most chains, so each is written out once. */
function textOf(rules: readonly Rule[]): string {
  const text =
    texts.get(rules) ??
    JSON.stringify(
      rules.map((rule) => [rule.target, rule.conditions]),
      (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value),
    );
  texts.set(rules, text);
  return text;
}
const texts = new WeakMap<readonly Rule[], string>();
