import { constant } from "../../net/parse-net.ts";
import type { World } from "../world.ts";
import type { Property } from "./property.ts";

/** `allow lan` opens private ranges by their number, outward, whatever a DHCP server calls local (TunnelCrack LocalNet). */
export const lanNarrow: Property = {
  code: "KSP3018",
  broken(world) {
    const { most, policy, space } = world;
    const isLan = ({ opening }: (typeof policy.allows)[number]) => opening.kind === "lan";
    if (!policy.allows.some(isLan)) return space.none;
    const others = world.under({ ...policy, allows: policy.allows.filter((allow) => !isLan(allow)) }).intent();
    return most
      .minus(others)
      .minus(world.leaving().intersect(world.to(privateRanges)))
      .minus(answers(world));
  },
};

const answers = (world: World) =>
  world.answer().intersect(world.space.direction("in")).intersect(world.from(privateRanges));

/** RFC 1918, RFC 3927, RFC 4193, RFC 4291. */
const privateRanges = constant(
  "10.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7",
  "fe80::/10",
);
