import type { InterfaceSet, Zone } from "../../ir/ruleset.ts";
import type { InterfaceClass, Side } from "../linux/classes.ts";
import type { Line } from "../linux/line.ts";
import { braces } from "./words.ts";

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
