import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import { families } from "../../net/address.ts";
import { type AddressSet, everything, isSubset } from "../../net/address-set.ts";
import type { Transport } from "../../net/protocol.ts";
import { placeOf } from "../origins.ts";
import type { Path, Policy } from "../policy.ts";
import type { Check } from "./check.ts";

/** A service for everyone names its port; without one, whatever listens can be asked from outside, and the answers leave in clear. */
export const openToEveryone: Check = ({ policy, origins }) => {
  const isUnnamed = (path: Path, transport?: Transport, senders?: AddressSet) =>
    comesFromOutside(policy, path) && !transport && (!senders || hasWholeFamily(senders));
  return [
    ...policy.allows.flatMap(({ id, opening }) => {
      if (opening.kind !== "packets" || opening.pattern.direction !== "in") return [];
      const { source, transport, path } = opening.pattern;
      if (!isUnnamed(path, transport, source)) return [];
      return fault("exemption", "this machine", placeOf(origins, id), "such as `from 192.168.1.0/24`");
    }),
    ...policy.forwards.flatMap(({ id, from, sources, transport }) =>
      isUnnamed(from, transport, sources)
        ? fault("`forward`", "other machines", placeOf(origins, id, "from"), "behind the name of the link")
        : [],
    ),
  ];
};

const fault = (what: string, whose: string, at: Span, example: string): readonly [Diagnostic] => [
  diagnostic(
    "KSP2036",
    { what, whose },
    {
      at,
      label: "neither the senders nor the ports are named",
      notes: ["answers to what comes in leave outside the tunnels, with this machine's own address"],
      help: `name the port, such as \`tcp 22\`, or the senders, ${example}`,
    },
  ),
];

const comesFromOutside = (policy: Policy, path: Path): boolean =>
  path.kind !== "tunnel" &&
  !(path.kind === "link" && policy.links.some(({ name, role }) => name === path.link && role === "inside"));

const hasWholeFamily = (set: AddressSet): boolean => families.some((family) => isSubset([everything(family)], set));
