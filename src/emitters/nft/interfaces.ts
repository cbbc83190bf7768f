import type { InterfaceSet, Zone } from "../../ir/ruleset.ts";
import type { InterfaceClass, Side } from "../linux/classes.ts";
import type { Line } from "../linux/line.ts";
import { braces } from "./words.ts";

/**
 * Userland WireGuard is a tun; the kernel's offloads of OpenVPN have kinds of their own. Matched positively only: a card without
 * a kind never equals, nor differs. The usual kind stands first.
 */
const kinds: Readonly<Record<NonNullable<Zone["protocol"]>, readonly string[]>> = {
  wireguard: ["wireguard", "tun"],
  openvpn: ["tun", "ovpn", "ovpn-dco"],
  ipsec: ["xfrm", "vti", "vti6"],
  other: [],
};

/** Where a packet's way is chosen, a line for each kind: `oifname "wg0" meta oifkind "wireguard"`. Every packet asks, and a set costs more. */
export const choiceLines = (of: InterfaceClass, side: Side): readonly Line[] => lines(of, side, (names) => names);

/** One line a device: `oifname "wg0" meta oifkind { "tun", "wireguard" }`. */
const interfaceLines = (of: InterfaceClass, side: Side): readonly Line[] =>
  lines(of, side, (names) => [braces(names.toSorted())]);

/** Names, never numbers: a rule must load before its interface exists. */
function lines(
  of: InterfaceClass,
  side: Side,
  alternatives: (kinds: readonly string[]) => readonly string[],
): readonly Line[] {
  if (of.kind === "rest") return [[]];
  if (of.kind === "loopback") return [[{ kind: "name", text: `${side}name "lo"` }]];
  const { protocol, devices } = of.zone;
  const names = protocol ? kinds[protocol].map((kind) => `"${kind}"`) : [];
  return devices.flatMap((device): readonly Line[] => {
    if (device.kind === "utun") throw new Error("utun is an interface of macOS");
    const name = { kind: "name", text: `${side}name "${device.kind === "named" ? device.name : `${device.prefix}*`}"` };
    if (names.length === 0) return [[name]];
    return alternatives(names).map((kind) => [name, { kind: "kind", text: `meta ${side}kind ${kind}` }]);
  });
}

/** Alternatives for a set that a rule itself asks for, or nothing to ask. */
export function namedInterfaces(side: Side, set: InterfaceSet | undefined): readonly (readonly Line[])[] {
  if (!set) return [];
  if (set.kind === "one-of") return [set.zones.flatMap((zone) => interfaceLines({ kind: "zone", zone }, side))];
  if (set.kind === "loopback") return [interfaceLines({ kind: "loopback" }, side)];
  throw new Error("an interface is matched by its name, never by not having one");
}
