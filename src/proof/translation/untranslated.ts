import { localityAlphabet } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";

/** Whose address a packet has as its source, before a masquerade. */
interface Sender {
  readonly isOurs: { readonly source: boolean };
}

/** What leaves and shows where it arrived was encapsulated by this machine: with an address of its own. */
export const leavingFrom = ({ isOurs }: Sender, going: PacketSet, space: PacketSpace): PacketSet =>
  isOurs.source ? going : going.minus(space.has("in"));

/** Forwarded with a source that is not ours: the kernel takes nothing from outside with an address of this machine. */
export const forwardedFrom = ({ isOurs }: Sender, going: PacketSet, space: PacketSpace): PacketSet =>
  isOurs.source ? space.none : going.minus(space.is("sourceLocality", localityAlphabet.numberOf("local")));
