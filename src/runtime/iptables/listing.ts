import { createHash } from "node:crypto";
import { free, type Listing } from "../firewall/kernel.ts";
import { isTimed, setLines } from "./sets.ts";

export const extensions = ["v4", "v6"] as const;
export type Extension = (typeof extensions)[number];

/** What `iptables-save` and `ip6tables-save` print; the latter is absent where the kernel has no IPv6, and no rules for it. */
export type Saved = { readonly v4: string; readonly v6?: string };

/** Where rules of ours stand that a switch replaces, `v4 filter ksp_output`, and what a file puts there. */
type Places = ReadonlyMap<string, string>;

/** What the files of a bundle say of the places that change and of those that must be first. */
export interface Shape {
  /** By the name of a state, and of `free`. */
  readonly states: ReadonlyMap<string, Places>;
  /** The kernel's own chains that must begin with a jump to ours. */
  readonly jumps: ReadonlySet<string>;
}

export function shapeIn(files: ReadonlyMap<string, string>): Shape {
  const states = new Map<string, Map<string, string>>();
  const jumps = new Set<string>();
  for (const [path, text] of files) {
    const [, name = "", extension = ""] = /^iptables\/(.+)\.(v4|v6)$/.exec(path) ?? [];
    const state = name === "disable" ? free : /^switch\/(.+)$/.exec(name)?.[1];
    for (const { table, line } of linesOf(text)) {
      const [, chain, rule = ""] = /^-R (\S+) 1 (.+)$/.exec(line) ?? [];
      if (state !== undefined && chain !== undefined) {
        const places = states.get(state) ?? new Map<string, string>();
        states.set(state, places.set(`${extension} ${table} ${chain}`, rule));
      }
      const [, hook, own] = /^-I (\S+) 1 -j (\S+)$/.exec(line) ?? [];
      if (name === "ruleset" && hook !== undefined) jumps.add(`${extension} ${table} ${hook} -j ${own}`);
    }
  }
  return { states, jumps };
}

function linesOf(text: string): readonly { readonly table: string; readonly line: string }[] {
  let table = "";
  return text.split("\n").flatMap((line) => {
    if (line.startsWith("*")) table = line.slice(1);
    return /^(#|\*|COMMIT|$)/.test(line) ? [] : [{ table, line }];
  });
}

/** Of ours, from what was printed: whoever stands before us is noticed, and whoever behind is not. */
export function parseSaved(saved: Saved, { states, jumps }: Shape): Pick<Listing, "fixed" | "state"> {
  const fixed = createHash("sha256");
  const switched = new Map<string, string>();
  const changing = new Set([...states.values()].flatMap((places) => [...places.keys()]));
  const first = new Set<string>();
  const isSaved = (place: string): boolean => saved.v6 !== undefined || !place.startsWith("v6 ");
  for (const extension of extensions) {
    const text = saved[extension];
    if (text === undefined) continue;
    const rules = new Map<string, number>();
    for (const { table, line } of linesOf(text)) {
      const [, chain = "", rule = ""] = /^-A (\S+) (.*)$/.exec(line) ?? [];
      const place = `${extension} ${table} ${chain}`;
      const at = rules.get(place) ?? 0;
      if (chain !== "") rules.set(place, at + 1);
      if (line.startsWith(":ksp_")) fixed.update(`${extension} ${table} ${line.split(" ")[0]}\n`);
      else if (chain.startsWith("ksp_")) {
        if (at === 0 && changing.has(place)) switched.set(place, rule);
        else fixed.update(`${place} ${rule}\n`);
      } else if (/-[jg] ksp_/.test(rule)) {
        fixed.update(`${place} ${at} ${rule}\n`);
        if (at === 0) first.add(`${place} ${rule}`);
      }
    }
  }
  const areFirst = [...jumps].every((jump) => !isSaved(jump) || first.has(jump));
  const [state] =
    [...states].find(
      ([, places]) =>
        areFirst &&
        isSame(
          [...places].filter(([p]) => isSaved(p)),
          switched,
        ),
    ) ?? [];
  return { fixed: fixed.digest("hex"), state };
}

const isSame = (places: readonly (readonly [string, string])[], switched: Places): boolean =>
  places.length === switched.size && places.every(([place, rule]) => switched.get(place) === rule);

/** What the sets of ours hold, from what `ipset save` prints; elements with a time go by themselves. */
export function parseSets(saved: string): Listing["filled"] {
  const held = [...setLines(saved)].map(([name, { made, elements }]) => {
    const content = isTimed(made) ? "" : elements.toSorted().join("\n");
    return [
      name,
      createHash("sha256")
        .update(`${kindOf(made)}\n${content}`)
        .digest("hex"),
    ] as const;
  });
  return new Map(held.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a set is made of decides nothing about what is in it: it grows. */
const kindOf = (made: string): string => made.replaceAll(/ (hashsize|bucketsize|initval) \S+/g, "");
