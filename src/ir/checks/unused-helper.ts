import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";

/** A helper of no tunnel opens nothing: likely the tunnel still names the server itself, and goes around it. */
export const unusedHelper: Check = ({ policy, origins }) =>
  policy.helpers
    .filter(({ name }) => policy.tunnels.every(({ helpers }) => !helpers?.some(({ helper }) => helper === name)))
    .map(({ id, name }) =>
      diagnostic(
        "KSP2083",
        { kind: "helper", name },
        {
          at: placeOf(origins, id, "name"),
          label: "no tunnel goes through it",
          help: `write \`server helper ${name}\` in the tunnel, or remove the helper`,
        },
      ),
    );
