import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import { tunnelNamed } from "../zones.ts";
import type { Check } from "./check.ts";
import { insertAfter } from "./support/edits.ts";
import { heartbeatLine, heartbeatTargets } from "./support/heartbeats.ts";

/** Measured: a WireGuard interface stays up when its server is gone, and a new handshake starts only when a packet wants in. */
export const missingHeartbeat: Check = ({ policy, origins }) =>
  policy.watches.flatMap((watch) => {
    const tunnel = tunnelNamed(policy, watch.tunnel);
    const ofTunnel = policy.watches.filter((other) => other.tunnel === watch.tunnel);
    const [first] = watch.probes;
    if (tunnel.protocol !== "wireguard" || !first || ofTunnel.some((other) => heartbeatTargets(other).length > 0))
      return [];
    const line = heartbeatLine(policy, tunnel);
    return diagnostic(
      "KSP2020",
      { tunnel: watch.tunnel },
      {
        at: placeOf(origins, watch.id, "name"),
        label: "WireGuard needs one",
        notes: [
          "a WireGuard interface stays up when its server is gone, and shakes hands only when a packet wants in: without a heartbeat a lost tunnel is never noticed and a closed one never comes back",
        ],
        help: {
          text: line ? "ask the tunnel's resolver" : "add `heartbeat ADDRESS every 1s lost after 3`",
          edits: line ? [insertAfter(placeOf(origins, watch.id, first.kind), `\n  ${line}`)] : [],
        },
      },
    );
  });
