import { matched } from "../matched.ts";
import type { Property } from "./property.ts";

/** A server is exempt with its address, protocol, ports and carrier, and a helper on this machine for its tunnels' carriers (TunnelCrack ServerIP). */
export const endpointNarrow: Property = {
  code: "KSP3016",
  broken(world) {
    const { most, sent, places, space, policy, said } = world;
    const carriers = [...policy.tunnels, ...policy.helpers].flatMap(({ servers, carrier }) =>
      servers.map(({ addresses, transport }) =>
        matched({ destination: { set: addresses }, transport, owner: carrier[said.os] ?? [] }, space),
      ),
    );
    const reaching = world
      .crossing("out", places.noTunnel())
      .intersect(world.to(said.serverAddresses()))
      .minus(sent.get("infrastructure"))
      .minus(space.none.union(...carriers));
    const toHelpers = sent.get("toHelpers").minus(sent.get("helperLegs"));
    return most.intersect(reaching.union(toHelpers)).minus(world.answer());
  },
};
