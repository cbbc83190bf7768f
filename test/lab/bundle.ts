import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The nftables files that a compile wrote for one policy. */
export type Bundle = {
  /** The text of a file, as `ruleset.nft` or `switch/up.nft`. */
  readonly read: (file: string) => string;
  /** The states that can be switched to. */
  readonly states: readonly string[];
};

export const openBundle = (folder: string): Bundle => ({
  read: (file) => readFileSync(join(folder, file), "utf8"),
  states: readdirSync(join(folder, "switch"))
    .filter((file) => file.endsWith(".nft"))
    .map((file) => file.slice(0, -".nft".length))
    .sort(),
});

/** The lines of one chain, from its name to its end; none where there is no such chain. */
export const chainOf = (ruleset: string, name: string): readonly string[] => {
  const lines = ruleset.split("\n");
  const start = lines.findIndex((line) => line.trim() === `chain ${name} {`);
  if (start < 0) return [];
  const length = lines.slice(start).findIndex((line) => line.trim() === "}");
  return lines.slice(start, start + length + 1);
};

/** The chain that judges what leaves by no tunnel: where `down` ends. */
export const outsideChain = (ruleset: string): string => {
  const last = chainOf(ruleset, "out_down").findLast((line) => /^\s*goto /.test(line));
  if (last === undefined) throw new Error("the ruleset has no chain `out_down` that ends in a goto");
  return last.trim().slice("goto ".length);
};
