import type { Rule, Ruleset } from "../../ir/ruleset.ts";
import type { StateKey } from "../../ir/states.ts";
import { stateName } from "../../ir/states.ts";
import { className, type InterfaceClass } from "./classes.ts";
import { heading } from "./layout.ts";
import type { Way } from "./ways.ts";

/** Lines of a chain under a heading of their own. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}
/** A chain reached by `goto` or `jump`: a rule accepts, or the packet falls back. */
export interface Chain {
  readonly name: string;
  readonly sections: readonly Section[];
}

/** What one class of interfaces may do in one state, by way; equal bodies of different states become one. */
export interface Body {
  readonly of: InterfaceClass;
  /** A single rule without conditions stands in the state's own chain. */
  readonly inline?: Rule;
  /** Chains for a given suffix of their names; the first is where the state's chain goes to. Empty: nothing passes. */
  readonly chains: (suffix: string) => readonly Chain[];
  /** Equal text, equal meaning. */
  readonly key: string;
  /** Only the daemon's probe passes. */
  readonly probeOnly: boolean;
}

/** What a class of interfaces may do on one way, in all the states that agree on it: the same chains serve them. */
export interface Variant {
  readonly of: InterfaceClass;
  readonly way: Way;
  readonly states: readonly StateKey[];
  readonly body: Body;
  readonly chains: readonly Chain[];
}

/** Groups the states by what they let a class do. The most open group has the plain name. */
export function variants(
  of: InterfaceClass,
  way: Way,
  rulesets: readonly Ruleset[],
  body: (ruleset: Ruleset, way: Way, of: InterfaceClass) => Body,
): readonly Variant[] {
  const groups = new Map<string, { readonly states: StateKey[]; readonly body: Body }>();
  for (const ruleset of rulesets) {
    const judged = body(ruleset, way, of);
    const group = groups.get(judged.key);
    if (group) group.states.push(ruleset.state);
    else groups.set(judged.key, { states: [ruleset.state], body: judged });
  }
  const last = rulesets.findLast(({ state }) => state !== "portal")?.state ?? "";
  return [...groups.values()].map(({ states, body: judged }): Variant => {
    const isPlain = groups.size === 1 || states.includes(last);
    const suffix = isPlain ? "" : judged.probeOnly ? "_probe" : `_${stateName(states[0] ?? "")}`;
    return { of, way, states, body: judged, chains: judged.chains(suffix) };
  });
}

/** Variants of one class that serve the same states stand under one heading. */
export function underHeadings(
  of: readonly Variant[],
  states: number,
): readonly { readonly heading: string; readonly chains: readonly Chain[] }[] {
  const groups = new Map<string, { readonly first: Variant; probeOnly: boolean; readonly chains: Chain[] }>();
  for (const variant of of) {
    if (variant.body.inline || variant.chains.length === 0) continue;
    const key = `${className(variant.of)} ${variant.states.join(" ")}`;
    const group = groups.get(key) ?? { first: variant, probeOnly: true, chains: [] };
    groups.set(key, group);
    group.probeOnly &&= variant.body.probeOnly;
    group.chains.push(...variant.chains);
  }
  return [...groups.values()].map(({ first, probeOnly, chains }) => ({
    heading: heading(title(first, states, probeOnly)),
    chains,
  }));
}

function title({ of, states }: Variant, all: number, probeOnly: boolean): string {
  const name =
    of.kind === "zone"
      ? `${of.zone.kind} ${of.zone.name}`
      : of.kind === "rest"
        ? "every other interface"
        : className(of);
  if (probeOnly && states.length < all) return `${name}, not proved: only the daemon's probe`;
  return `${name}${whenOf(states, all)}`;
}

/** ` in up`, `, the same in all states`. */
export function whenOf(states: readonly StateKey[], all: number): string {
  if (states.length === all) return ", the same in all states";
  const more = states.length - 2;
  return ` in ${more > 1 ? `${states.slice(0, 2).join(", ")} and ${more} more states` : states.join(", ")}`;
}
