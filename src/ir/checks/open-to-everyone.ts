import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { families } from "../../net/address.ts";
import { type AddressSet, everything, isSubset } from "../../net/address-set.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";

/** A service for everyone names its port; without one, whatever listens can be asked from outside, and the answers leave in clear. */
export const openToEveryone: Check = ({ policy, origins }) =>
  policy.allows.flatMap(({ id, opening }) => {
    if (opening.kind !== "packets") return [];
    const { direction, source, transport, path } = opening.pattern;
    if (direction !== "in" || path.kind === "tunnel" || transport || (source && !hasWholeFamily(source))) return [];
    if (path.kind === "link" && policy.links.some(({ name, role }) => name === path.link && role === "inside"))
      return [];
    return diagnostic(
      "KSP2036",
      {},
      {
        at: placeOf(origins, id),
        label: "neither the senders nor the ports are named",
        notes: ["answers to what comes in leave outside the tunnels, with this machine's own address"],
        help: "name the port, such as `tcp 22`, or the senders, such as `from 192.168.1.0/24`",
      },
    );
  });

const hasWholeFamily = (set: AddressSet): boolean => families.some((family) => isSubset([everything(family)], set));
