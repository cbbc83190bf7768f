import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import { tunnelNamed } from "../zones.ts";
import type { Check } from "./check.ts";

/** WireGuard's protocol: keys are renewed after 120 s (REKEY_AFTER_TIME), and dead after 180 s (REJECT_AFTER_TIME). */
const renewedAfter = 120_000;

/** The age of WireGuard's last handshake: no other protocol has one, and in a good tunnel it goes up to two minutes. */
export const handshakeProbe: Check = ({ policy, origins }) =>
  policy.watches.flatMap((watch) => {
    const probe = watch.probes.find(({ kind }) => kind === "handshake");
    if (probe?.kind !== "handshake") return [];
    const at = placeOf(origins, watch.id, "handshake");
    const { name, protocol } = tunnelNamed(policy, watch.tunnel);
    if (protocol !== "wireguard")
      return diagnostic(
        "KSP2087",
        { tunnel: name, fault: "has nothing to ask" },
        {
          at,
          label: "only WireGuard tells the age of its handshake",
          secondary: [{ span: placeOf(origins, tunnelNamed(policy, name).id, "protocol"), text: "another protocol" }],
          help: "use a heartbeat: `heartbeat ADDRESS every 1s lost after 3`",
        },
      );
    if (probe.within > renewedAfter) return [];
    return diagnostic(
      "KSP2087",
      { tunnel: name, fault: "closes a good tunnel" },
      {
        at,
        label: "keys are renewed every 120s",
        notes: ["between two handshakes of a good tunnel two minutes pass; after three its keys are dead"],
        help: "write `handshake within 180s`, and let a heartbeat notice the loss",
      },
    );
  });
