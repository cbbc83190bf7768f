import { diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Check } from "./check.ts";
import { carriersOn, hasOneCarrier } from "./support/carriers.ts";
import { placeOfLine } from "./support/places.ts";

/** A slice exists only after the system has made it, and at boot a ruleset that names it does not load. */
export const unsupportedIdentity: Check = ({ policy, origins }) =>
  policy.tunnels
    .filter((tunnel) => carriersOn(tunnel, "linux").some((all) => all.some(({ kind }) => kind === "slice")))
    .map((tunnel) =>
      diagnostic(
        "KSP4001",
        { construct: "a carrier by slice" },
        {
          at: placeOfLine(origins, tunnel, "carrier", hasOneCarrier(tunnel)),
          label: "a slice that may not exist yet when the rules are loaded",
          help: "name the user that the VPN runs as: `carrier user NUMBER`",
        },
      ),
    );
