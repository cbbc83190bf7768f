import { Unreadable } from "./program.ts";

/** How open the script that loads takes states to be: a number for each thing that may be open. */
export interface Openness {
  /** By the chain that what leaves goes to first. */
  readonly states: ReadonlyMap<string, readonly number[]>;
  /** Of what it does not know, and of what is open. */
  readonly unknown: readonly number[];
}

/** The table of `load.sh`: `CHAIN) echo 1 0 2 ;;`, and `*)` for the rest. */
export function readOpenness(script: string): Openness {
  const lines = [...script.matchAll(/^\t(\S+)\) echo (\d[\d ]*) ;;$/gm)].map(
    ([, chain = "", levels = ""]) => [chain, levels.split(" ").map(Number)] as const,
  );
  const states = new Map(lines.filter(([chain]) => chain !== "*"));
  const unknown = new Map(lines).get("*");
  if (!unknown || states.size + 1 !== lines.length) throw new Unreadable(1, "no table of how open a state is");
  if (lines.some(([, levels]) => levels.length !== unknown.length)) throw new Unreadable(1, "levels of another length");
  return { states, unknown };
}

/** Whether one lets pass no more than the other. */
export const isBelow = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((level, i) => level <= (b[i] ?? 0));

export const meetOf = (a: readonly number[], b: readonly number[]): readonly number[] =>
  a.map((level, i) => Math.min(level, b[i] ?? 0));
