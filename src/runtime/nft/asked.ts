import { filledSets } from "./sets.ts";

/** What a kernel listed, beside what it was given. */
export interface Asked {
  /** Each as `nft -j -p list table …` printed it. */
  readonly listed: readonly string[];
  /** The texts that were loaded, one after the other. */
  readonly loaded: readonly string[];
  /** What will be loaded next: what is not in force now must be unharmed when it is. */
  readonly switches: readonly string[];
  /** Sets that are filled at run time. */
  readonly refreshed: readonly string[];
}

/** What listings are held against: the files of a bundle, in a state that they were switched to. */
export function askedOf(files: ReadonlyMap<string, string>, listed: readonly string[], state: string): Asked {
  const text = (file: string): string => files.get(`nft/${file}`) ?? "";
  const switches = [...files].filter(([file]) => file.startsWith("nft/switch/")).map(([, content]) => content);
  return {
    listed,
    loaded: [text("ruleset.nft"), text(`switch/${state}.nft`)],
    switches,
    refreshed: filledSets(text("ruleset.nft")),
  };
}
