import type { InterfaceSet, Match, Ruleset, Zone } from "../../ir/ruleset.ts";
import { isLoneStateName } from "./names.ts";

/** Interfaces that every rule treats alike: a packet's first question is which class it crosses. `rest`: what nobody names. */
export type InterfaceClass =
  | { readonly kind: "loopback" }
  | { readonly kind: "zone"; readonly zone: Zone }
  | { readonly kind: "rest" };

/** Where a packet came in, where it leaves. */
export type Side = "iif" | "oif";

/** Loopback, tunnels, links, the rest. */
export function interfaceClasses(rulesets: readonly Ruleset[]): readonly InterfaceClass[] {
  const zones = new Map<string, Zone>();
  for (const { match } of rulesets.flatMap((r) => r.rules)) {
    for (const set of [match.inInterface, match.outInterface]) {
      if (set && set.kind !== "loopback")
        for (const zone of set.zones) zones.set(`${zone.kind === "tunnel" ? 0 : 1} ${zone.name}`, zone);
    }
  }
  const sorted = [...zones]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, zone]): InterfaceClass => ({ kind: "zone", zone }));
  return [{ kind: "loopback" }, ...sorted, { kind: "rest" }];
}

/** The part of a chain's name. The names of a policy hold no `_`, so no zone is called `other_links`, and one that is called like a state or like `loopback` can say what it is. */
export function className(of: InterfaceClass): string {
  if (of.kind !== "zone") return of.kind === "loopback" ? "loopback" : "other_links";
  const { name, kind } = of.zone;
  return isLoneStateName(name) || name === "loopback" ? `${name}_${kind}` : name;
}

/** Whether a rule speaks of a class, by the interface that its direction is judged by. */
export function speaksOf(match: Match, side: Side, of: InterfaceClass): boolean {
  const set: InterfaceSet | undefined = side === "iif" ? match.inInterface : match.outInterface;
  if (!set) return true;
  switch (set.kind) {
    case "loopback":
      return of.kind === "loopback";
    case "one-of":
      return of.kind === "zone" && set.zones.some((zone) => zone.name === of.zone.name);
    case "none-of":
      return of.kind === "rest" || (of.kind === "zone" && !set.zones.some((zone) => zone.name === of.zone.name));
  }
}
