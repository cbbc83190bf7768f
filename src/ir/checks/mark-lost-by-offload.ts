import { diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Check } from "./check.ts";
import { carriersOn } from "./support/carriers.ts";
import { placeOfCarrier } from "./support/places.ts";

/** A warning, not an error: without the offload the mark stands on every packet, and with it nothing leaks, the tunnel only stalls. */
export const markLostByOffload: Check = ({ policy, origins, systems }) =>
  policy.tunnels.flatMap((tunnel) => {
    const alternatives = carriersOn(tunnel, "linux");
    const needsMark = alternatives.every((all) => all.some(({ kind }) => kind === "mark"));
    if (!systems.includes("linux") || tunnel.protocol !== "openvpn" || alternatives.length === 0 || !needsMark)
      return [];
    return diagnostic(
      "KSP2024",
      { tunnel: tunnel.name },
      {
        at: placeOfCarrier(origins, tunnel, 0),
        label: "OpenVPN's data channel offload drops it after the handshake",
        notes: ["with the offload the tunnel would connect and then stall; nothing leaks"],
        help: "run OpenVPN with `disable-dco`, or name its user: `carrier user NUMBER`",
      },
    );
  });
