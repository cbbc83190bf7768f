import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { type AddressRange, everything, intersect } from "../../net/address-set.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";
import { senders } from "./support/carriers.ts";
import { placeOfServer } from "./support/places.ts";

/** A route into the tunnel for the tunnel's own packets: it swallows itself, and never comes up. */
export const serverInside: Check = ({ policy, origins }) =>
  policy.tunnels.flatMap((tunnel) => {
    const named = (tunnel.carries.prefixes ?? []).filter((range) => !isWholeFamily(range));
    return senders(policy)
      .filter(({ name }) => name === tunnel.name || tunnel.helpers?.some(({ helper }) => helper === name))
      .flatMap((sender) =>
        sender.servers.flatMap((server) => {
          if (intersect(named, server.addresses).length === 0) return [];
          return diagnostic(
            "KSP2075",
            { tunnel: tunnel.name },
            {
              at: placeOf(origins, tunnel.id, "carries"),
              label: "names a network that holds the server",
              secondary: [{ span: placeOfServer(origins, sender, server), text: "reached outside the tunnel" }],
              notes: ["a route for these addresses would lead the tunnel's own packets back into it"],
              help: "take the server out with `except`",
            },
          );
        }),
      );
  });

/** Clients know how to keep their own packets out of a default route. */
const isWholeFamily = ({ family, first, last }: AddressRange): boolean =>
  first === everything(family).first && last === everything(family).last;
