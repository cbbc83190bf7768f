import type { PacketSet } from "../packets/packet-set.ts";
import type { World } from "../world.ts";

/** A claim about every packet in one state. */
export interface Property {
  readonly code: `KSP3${string}`;
  readonly name: string;
  /** What is wrong with a packet that breaks it. */
  readonly fault: string;
  /** The packets that break it; none when it holds. */
  broken(world: World): PacketSet;
}
