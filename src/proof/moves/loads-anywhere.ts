import type { Program } from "../readers/nft/program.ts";

/**
 * Why a program might not load on a kernel that has just begun, before control groups are there, or without support for sets.
 * Undefined: it holds literals only. Numbers of users and names of interfaces are literals; nothing looks them up, and the
 * reader knows no other way to name them.
 */
export function unloadable({ tables }: Program): string | undefined {
  for (const { sets, chains } of tables.values()) {
    const [set] = sets.keys();
    if (set !== undefined) return `it has a set, ${set}`;
    for (const { rules } of chains.values())
      for (const { line, conditions } of rules)
        if (conditions.some(({ kind }) => kind === "control-group")) return `line ${line} asks for a control group`;
  }
  return undefined;
}
