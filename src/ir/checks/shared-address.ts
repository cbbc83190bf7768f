import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import { addressSet, formatSet, intersect } from "../../net/address-set.ts";
import { placeOf } from "../origins.ts";
import type { Tunnel } from "../policy.ts";
import type { Check, Subject } from "./check.ts";
import { byPlace } from "./support/places.ts";

/** Whose packet it is tells its source: with one address for two tunnels, what was meant for the one could leave by the other. */
export const sharedAddress: Check = (subject) => {
  const tunnels = byPlace(subject.origins, subject.policy.tunnels);
  return tunnels.flatMap((tunnel, i) => tunnels.slice(0, i).flatMap((earlier) => shared(earlier, tunnel, subject)));
};

function shared(first: Tunnel, second: Tunnel, { origins }: Subject): readonly Diagnostic[] {
  const both = intersect(ownOf(first), ownOf(second));
  if (both.length === 0) return [];
  return [
    diagnostic(
      "KSP2094",
      { first: first.name, second: second.name, address: formatSet(both) },
      {
        at: placeOf(origins, second.id, "address"),
        label: "this machine's in both",
        secondary: [{ span: placeOf(origins, first.id, "address"), text: "the first one" }],
        help: "take another configuration for one of them: providers give an address for each key",
      },
    ),
  ];
}

const ownOf = ({ address }: Tunnel) =>
  addressSet(address.kind === "static" ? address.addresses.filter(({ first, last }) => first === last) : []);
