import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { overlaps } from "../../net/address-set.ts";
import { placeOf } from "../origins.ts";
import { tunnelNamed } from "../zones.ts";
import type { Check } from "./check.ts";
import { senders } from "./support/carriers.ts";
import { placeOfServer } from "./support/places.ts";
import { tooWide } from "./support/width.ts";

/** Most clients route the server's address around the tunnel, and there nothing but the carrier passes. */
export const heartbeatToServer: Check = ({ policy, origins }) =>
  policy.watches.flatMap(({ id, tunnel: name, probes }) => {
    const tunnel = tunnelNamed(policy, name);
    const servers = senders(policy)
      .filter((sender) => sender === tunnel || tunnel.helpers?.some(({ helper }) => helper === sender.name))
      .flatMap((sender) => sender.servers.map((server) => ({ sender, server })));
    return probes
      .filter((probe) => probe.kind === "heartbeat")
      .flatMap(({ targets }, i) => {
        const hit = servers.find(({ server }) => overlaps(targets, server.addresses) && !tooWide(server.addresses));
        if (!hit) return [];
        return diagnostic(
          "KSP2089",
          { tunnel: name },
          {
            at: placeOf(origins, id, `heartbeat-${i}`),
            label: "an address outside the tunnel",
            secondary: [{ span: placeOfServer(origins, hit.sender, hit.server), text: "the server" }],
            notes: [
              "most clients route it around the tunnel, where a heartbeat is dropped: the tunnel would stay closed",
            ],
            help: "ask an address at the other end of the tunnel, such as the resolver",
          },
        );
      });
  });
