import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { formatRange } from "../../net/address-set.ts";
import type { Check } from "./check.ts";
import { senders } from "./support/carriers.ts";
import { placeOfServer } from "./support/places.ts";
import { tooWide, widest } from "./support/width.ts";

/** A server is an exemption for whoever has the carrier: a whole network of them is a hole (TunnelCrack ServerIP). */
export const serverTooWide: Check = ({ policy, origins }) =>
  senders(policy).flatMap((sender) =>
    sender.servers.flatMap((server) => {
      const range = tooWide(server.addresses);
      if (!range) return [];
      return diagnostic(
        "KSP2035",
        { tunnel: sender.name, what: `as wide as \`${formatRange(range)}\`` },
        {
          at: placeOfServer(origins, sender, server),
          label: "a network, not a server",
          notes: [`a server has public networks of at most ${widest}`],
          help: "name the servers that are really used",
        },
      );
    }),
  );
