import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Path, Policy } from "../policy.ts";
import type { Check } from "./check.ts";

/** Strangers' machines would take addresses and routes from this one (RFC 2131, RFC 6104). */
export const servingOutside: Check = ({ policy, origins }) =>
  policy.allows.flatMap(({ id, opening }) => {
    if (opening.kind !== "dhcp-server" && opening.kind !== "router-advertisement") return [];
    if (isInside(policy, opening.path)) return [];
    return diagnostic(
      "KSP2084",
      { service: opening.kind === "dhcp-server" ? "`dhcp server`" : "`router-advertisement`" },
      {
        at: placeOf(origins, id, "path"),
        label: opening.path.kind === "link" ? "a link of role outside" : "no link, so every network outside",
        notes: ["machines of strangers would take this one for their router"],
        help: "name a link of role inside: `on LINK`",
      },
    );
  });

const isInside = (policy: Policy, path: Path): boolean =>
  path.kind === "link" && policy.links.some(({ name, role }) => name === path.link && role === "inside");
