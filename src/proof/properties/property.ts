import type { proof } from "../../diagnostics/catalogue/proof.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { World } from "../world.ts";

export type PropertyCode = Exclude<
  keyof typeof proof,
  "KSP3023" | "KSP3025" | "KSP3026" | "KSP3090" | "KSP3091" | "KSP3099"
>;

/** A claim about every packet in one state; the catalogue names it. */
export interface Property {
  readonly code: PropertyCode;
  /** The packets that break it; none when it holds. */
  broken(world: World): PacketSet;
}
