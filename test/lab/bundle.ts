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
