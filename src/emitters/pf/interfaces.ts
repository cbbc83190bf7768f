import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import type { Device } from "../../ir/policy.ts";
import type { InterfaceSet, Rule } from "../../ir/ruleset.ts";

/** Where a rule of pf holds: the word behind `on`, absent for every interface, and the interfaces that are named. */
export interface Where {
  readonly on?: string;
  readonly named: readonly string[];
}

export const loopback = "lo0";

/** In the order of their names, as rules spell them: `en0`, `$tun_vpn`. */
export function interfacesOf(plan: Plan): readonly string[] {
  const sets = rulesetsOf(plan).flatMap(({ rules }) => rules.map(interfaceSet));
  return [...new Set(sets.flatMap(devicesOf).map(spelled))].sort();
}

/** The macros that hold the names of utuns, without `$`. */
export const macrosAmong = (interfaces: readonly string[]): readonly string[] =>
  interfaces.flatMap((name) => (name.startsWith("$") ? [name.slice(1)] : []));

export const interfaceSet = ({ direction, match }: Rule): InterfaceSet | undefined =>
  direction === "in" ? match.inInterface : match.outInterface;

/**
 * pf can leave out one interface and no two. So what is left out of several is said of the others by name: on those that
 * nothing names all is closed. Undefined: on none.
 */
export function whereOf(set: InterfaceSet | undefined, all: readonly string[]): Where | undefined {
  if (set?.kind === "loopback") return { on: loopback, named: [] };
  const spoken = devicesOf(set).map(spelled);
  if (!set || (set.kind === "none-of" && spoken.length === 0)) return { named: all };
  if (set.kind === "one-of") return onAny(spoken);
  const others = all.filter((name) => !spoken.includes(name));
  const [only] = spoken;
  return spoken.length === 1 ? { on: `! ${only}`, named: others } : onAny(others);
}

/** A list of interfaces stands for a rule each. */
export function onAny(names: readonly string[]): Where | undefined {
  const named = [...new Set(names)].sort();
  const [only] = named;
  if (only === undefined) return undefined;
  return { on: named.length === 1 ? only : `{ ${named.join(", ")} }`, named };
}

const devicesOf = (set: InterfaceSet | undefined): readonly Device[] =>
  set && set.kind !== "loopback" ? set.zones.flatMap(({ devices }) => devices) : [];

function spelled(device: Device): string {
  switch (device.kind) {
    case "named":
      return device.name;
    case "utun":
      return `$tun_${device.of.replaceAll("-", "_")}`;
    case "prefix":
      throw new Error("a prefix is refused before");
  }
}
