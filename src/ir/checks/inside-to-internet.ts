import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";
import { wideInside } from "./support/wide-exemption.ts";

/** A machine on an inside link that passes packets on, such as an exit node of a mesh, is a way out that no rule sees. */
export const insideToInternet: Check = ({ policy, origins }) =>
  policy.allows.flatMap(({ id, opening }) => {
    if (opening.kind !== "packets" || opening.pattern.path.kind !== "link" || !wideInside(policy, opening.pattern))
      return [];
    const { path, destination } = opening.pattern;
    return diagnostic(
      "KSP2095",
      { link: path.link },
      {
        at: placeOf(origins, id, "to"),
        label: destination ? "public addresses" : "no `to`, so it reaches every address",
        notes: [
          `whatever \`${path.link}\` passes on to the internet leaves there in clear, and the proof does not see it`,
        ],
        help: "name the networks behind the link, such as `to 172.16.0.0/12`",
      },
    );
  });
