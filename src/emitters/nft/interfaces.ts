import type { InterfaceSet, Match, Ruleset, Zone } from "../../ir/ruleset.ts";
import { isLoneStateName } from "./names.ts";
import { braces, type Line } from "./words.ts";

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

/** Userland WireGuard is a tun; the kernel's offloads of OpenVPN have kinds of their own. Matched positively only: a card without a kind never equals, nor differs. */
const kinds: Readonly<Record<NonNullable<Zone["protocol"]>, readonly string[]>> = {
  wireguard: ["tun", "wireguard"],
  openvpn: ["ovpn", "ovpn-dco", "tun"],
  ipsec: ["vti", "vti6", "xfrm"],
  other: [],
};

/** One line a device: `oifname "wg0" meta oifkind { "tun", "wireguard" }`. Names, never numbers: a rule must load before its interface exists. */
export function interfaceLines(of: InterfaceClass, side: Side): readonly Line[] {
  if (of.kind === "rest") return [[]];
  if (of.kind === "loopback") return [[{ kind: "name", text: `${side}name "lo"` }]];
  const { protocol, devices } = of.zone;
  const names = protocol ? kinds[protocol].map((kind) => `"${kind}"`) : [];
  return devices.map((device): Line => {
    if (device.kind === "utun") throw new Error("utun is an interface of macOS");
    const name = { kind: "name", text: `${side}name "${device.kind === "named" ? device.name : `${device.prefix}*`}"` };
    return names.length > 0 ? [name, { kind: "kind", text: `meta ${side}kind ${braces(names)}` }] : [name];
  });
}

/** Alternatives for a set that a rule itself asks for, or nothing to ask. */
export function namedInterfaces(side: Side, set: InterfaceSet | undefined): readonly (readonly Line[])[] {
  if (!set) return [];
  if (set.kind === "one-of") return [set.zones.flatMap((zone) => interfaceLines({ kind: "zone", zone }, side))];
  if (set.kind === "loopback") return [interfaceLines({ kind: "loopback" }, side)];
  throw new Error("an interface is matched by its name, never by not having one");
}
