import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import { tunnelNamed } from "../zones.ts";
import type { Check } from "./check.ts";
import { insertAfter } from "./support/edits.ts";
import { sideName } from "./support/sides.ts";

/** A VPN's server takes packets from the address that it gave, and from no other. Who names networks may have told it. */
export const notMasqueraded: Check = ({ policy, origins }) =>
  policy.forwards.flatMap(({ id, from, to, sources, destinations, change }) => {
    if (to.kind !== "tunnel" || change || sources || destinations) return [];
    if (from.kind === "tunnel" && from.tunnel === to.tunnel) return [];
    const tunnel = tunnelNamed(policy, to.tunnel);
    if (!tunnel.carries.everything) return [];
    const at = placeOf(origins, id, "route");
    return diagnostic(
      "KSP2081",
      { tunnel: tunnel.name, side: sideName(from) },
      {
        at,
        label: "the server is likely to drop them",
        notes: ["nothing leaks: the packets go into the tunnel, and no answer comes back"],
        help: { text: "give them the tunnel's address", edits: [insertAfter(at, " masquerade")] },
      },
    );
  });
