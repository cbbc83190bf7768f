import { matches } from "../../src/ir/evaluate.ts";
import { type Packet, reverse } from "../../src/ir/packet.ts";
import type { Match, Ruleset } from "../../src/ir/ruleset.ts";

interface Leaving {
  readonly packet: Packet;
  readonly isMasqueraded: boolean;
}

/**
 * A forwarded packet as it leaves. An opening that a masquerade takes has our address; the answer to a rewritten one has the
 * address that was asked. conntrack does the same for every packet of the connection.
 */
export function translated({ rewrites }: Ruleset, packet: Packet): Leaving {
  const opening = packet.connection === "established-reply" ? reverse(packet) : packet;
  for (const { match, change } of rewrites) {
    if (packet === opening && change.kind === "masquerade" && matches(match, packet))
      return { packet: from(change.as, packet), isMasqueraded: true };
    if (packet !== opening && change.kind === "destination" && packet.rewritten) {
      const { inInterface, destination: source, destinationLocality: sourceLocality } = match;
      if (inInterface && matches({ inInterface }, opening)) {
        const as = { ...(source && { source }), ...(sourceLocality && { sourceLocality }) };
        return { packet: from(as, packet), isMasqueraded: false };
      }
    }
  }
  return { packet, isMasqueraded: false };
}

/**
 * An answer to a redirected query of our own, as it came in from the resolver: to the address that the masquerade gave it.
 * `input` sees it later, with the source that it was asked with.
 */
export function arrived({ rewrites }: Ruleset, packet: Packet): Packet {
  if (packet.direction !== "in" || packet.connection !== "established-reply" || !packet.rewritten) return packet;
  const query = reverse(packet);
  const asked = rewrites.some(
    ({ direction, change, match: { transport } }) =>
      direction === "out" &&
      change.kind === "destination" &&
      change.address.family === packet.family &&
      change.address.value === packet.source &&
      matches({ ...(transport && { transport }) }, query),
  );
  for (const { direction, match, change } of asked ? rewrites : []) {
    if (direction === "out" && change.kind === "masquerade" && matches(match, query)) {
      const { source, sourceLocality } = from(change.as, query);
      return { ...packet, destination: source, destinationLocality: sourceLocality };
    }
  }
  return packet;
}

/** A query of our own that a masquerade takes, with the source that it gives; other packets as they are. */
export function masqueraded({ rewrites }: Ruleset, packet: Packet): Packet {
  if (packet.direction !== "out" || packet.connection === "established-reply") return packet;
  for (const { direction, match, change } of rewrites)
    if (direction === "out" && change.kind === "masquerade" && matches(match, packet)) return from(change.as, packet);
  return packet;
}

/** Whether the packet goes the way of a masquerade without being of a connection that it opened: it would leave untranslated. */
export const isLeftOut = ({ rewrites }: Ruleset, packet: Packet): boolean =>
  packet.connection === "established-reply" &&
  rewrites.some(({ match, change }) => change.kind === "masquerade" && matches(match, packet));

/** With the first address of the packet's family. */
function from({ source, sourceLocality }: Pick<Match, "source" | "sourceLocality">, packet: Packet): Packet {
  const first = source?.set.find((range) => range.family === packet.family)?.first;
  const [locality = "local"] = sourceLocality ?? [];
  return { ...packet, ...(first !== undefined && { source: first }), sourceLocality: locality };
}
