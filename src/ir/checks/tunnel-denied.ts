import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";
import { denyOfTunnel } from "./support/denied-tunnel.ts";
import { lastHops } from "./support/hops.ts";

/** A deny of everything beats the tunnel as well: the machine is silent, and the tunnel looks broken. */
export const tunnelDenied: Check = ({ policy, origins }) =>
  lastHops(policy).flatMap((tunnel) => {
    const deny = denyOfTunnel(policy, tunnel);
    if (!deny) return [];
    return diagnostic(
      "KSP2054",
      { tunnel: tunnel.name },
      {
        at: placeOf(origins, deny.id),
        label: "denies all that the tunnel carries",
        secondary: [{ span: placeOf(origins, tunnel.id, "name"), text: "this one" }],
        notes: ["a deny speaks of every interface, tunnels included; what no statement opens is closed without it"],
        help: "remove it, or name what must never pass",
      },
    );
  });
