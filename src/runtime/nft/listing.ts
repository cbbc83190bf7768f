import { createHash } from "node:crypto";
import { free, type Listing } from "../firewall/kernel.ts";
import { isFilled } from "./sets.ts";

/** What is looked at in an object of the listing. */
type Json = Readonly<
  Partial<
    Record<"nftables" | "chain" | "rule" | "family" | "table" | "name" | "expr" | "flags" | "set" | "elem", unknown>
  >
>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A ruleset has the last one where a state has a say about what is forwarded. */
const switchable = ["out", "in", "through"];
const switchedChains: ReadonlySet<unknown> = new Set(switchable);

/** The chains that a switch replaces. */
export const switchedIn = (ruleset: string): readonly string[] =>
  switchable.filter((chain) => ruleset.includes(`\n\tchain ${chain} {\n`));

/** Reads `nft -j list table …`, one or several; undefined where it is not understood. */
export function parseListing(...texts: readonly string[]): Listing | undefined {
  const fixed = createHash("sha256");
  const switched = new Map<string, string>();
  const filled = new Map<string, string>();
  for (const text of texts) {
    const objects = objectsOf(text);
    if (!objects) return undefined;
    for (const object of objects) {
      const { name, expr } = switchedPart(object);
      if (isObject(object.set) && isFilled(`${object.set.name}`))
        filled.set(`${object.set.name}`, JSON.stringify(object.set.elem));
      if (name === undefined) fixed.update(`${steady(object)}\n`);
      else switched.set(name, `${switched.get(name) ?? ""}${expr === undefined ? "" : `${steady(expr)}\n`}`);
    }
  }
  return { fixed: fixed.digest("hex"), state: stateOf(switched), filled };
}

/** A chain that a switch replaces, or a rule in one. */
function switchedPart({ chain, rule }: Json): { readonly name?: string; readonly expr?: unknown } {
  const of = isObject(rule) ? rule : isObject(chain) ? chain : undefined;
  const name = isObject(rule) ? rule.chain : of?.name;
  if (of?.family !== "inet" || of.table !== "ksp" || !switchedChains.has(name)) return {};
  return { name: `${name}`, ...(of.expr !== undefined && { expr: of.expr }) };
}

function objectsOf(text: string): readonly Json[] | undefined {
  try {
    const listed: unknown = JSON.parse(text);
    if (!isObject(listed) || !Array.isArray(listed.nftables)) return undefined;
    return listed.nftables.filter(isObject).filter((object) => !("metainfo" in object));
  } catch {
    return undefined;
  }
}

/** Handles are numbered anew by every load, counters count, elements with a time-out go, and the network's resolvers come. */
const steady = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => {
    if (key === "handle") return undefined;
    if (key === "counter") return null;
    if (key === "set" && isObject(inner) && changesByItself(inner)) return { ...inner, elem: undefined };
    // There may be a hundred thousand, and none of the above is among them.
    if (key === "elem") return JSON.stringify(inner);
    return inner;
  });

const changesByItself = (set: Json): boolean => `${set.flags}`.includes("timeout") || isFilled(`${set.name}`);

/** The state that every switched chain goes to, by the name in its files; undefined where they disagree or do anything else. */
function stateOf(switched: ReadonlyMap<string, string>): string | undefined {
  if (["out", "in"].every((chain) => /^\[\{"counter":null\},\{"accept":null\}\]\n$/.test(switched.get(chain) ?? "")))
    return free;
  const states = [...switched].map(([chain, rules]) => {
    const [, target] = /^\[\{"goto":\{"target":"([^"]+)"\}\}\]\n$/.exec(rules) ?? [];
    return target?.startsWith(`${chain}_`) ? target.slice(chain.length + 1) : undefined;
  });
  const [first] = states;
  return states.length > 1 && states.every((state) => state === first) ? first : undefined;
}

/**
 * Whether the kernel told of a switch to this state, and of nothing else: each chain lost its rules and got the one that goes
 * there. The kernel tells what it did, so this reads it back at the price of a few lines, however long the lists are.
 */
export function hasTold(heard: readonly string[] | undefined, chains: readonly string[], state: string): boolean {
  const wanted = chains.map((chain) => `add rule inet ksp ${chain} goto ${chain}_${state}`);
  const added = (heard ?? []).filter((line) => !/^delete rule inet ksp (out|through|in) handle \d+$/.test(line.trim()));
  return (
    added.length > 0 &&
    added
      .map((line) => line.trim())
      .toSorted()
      .join("\n") === wanted.toSorted().join("\n")
  );
}
