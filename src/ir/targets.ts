import type { Os } from "./policy.ts";

/** Firewalls that a policy compiles to, and the system of each. Apart from the backends, which the command line does not load. */
export const systemOf = { nft: "linux", iptables: "linux", wfp: "windows", pf: "macos" } as const satisfies Readonly<
  Record<string, Os>
>;

export type Target = keyof typeof systemOf;
export const targets = Object.keys(systemOf) as readonly Target[];
/** Each system once, in the order of its first target. */
export const systemsOf = (of: readonly Target[]): readonly Os[] => [...new Set(of.map((target) => systemOf[target]))];
export const isTarget = (name: string): name is Target => Object.hasOwn(systemOf, name);
