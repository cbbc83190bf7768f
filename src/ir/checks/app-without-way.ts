import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";

/** `traffic outside` narrows and never opens: without an exemption the app talks to nobody, which has a plainer spelling. */
export const appWithoutWay: Check = ({ policy, origins }) => {
  const isWayOut = policy.allows.some(({ opening }) =>
    opening.kind === "packets"
      ? opening.pattern.direction !== "forward" && opening.pattern.path.kind !== "tunnel"
      : opening.kind !== "dhcp",
  );
  if (isWayOut) return [];
  return policy.apps
    .filter(({ traffic }) => traffic === "outside")
    .map(({ name, id }) =>
      diagnostic(
        "KSP2046",
        { app: name },
        {
          at: placeOf(origins, id, "traffic"),
          label: "keeps it out of the tunnels, and opens nothing",
          help: `add \`allow out app ${name} to …\`, or say \`traffic none\``,
        },
      ),
    );
};
