import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { isSubset } from "../../net/address-set.ts";
import { placeOf } from "../origins.ts";
import { tunnelNamed } from "../zones.ts";
import type { Check } from "./check.ts";

/** A tunnel of named networks gets routes for those alone. What a heartbeat asks is the tunnel's own by being asked. */
export const probeNotCarried: Check = ({ policy, origins }) =>
  policy.watches.flatMap(({ id, tunnel: name, probes }) => {
    const tunnel = tunnelNamed(policy, name);
    const { everything, prefixes = [] } = tunnel.carries;
    return probes
      .filter((probe) => probe.kind === "route")
      .flatMap((route, i) => {
        if (everything || isSubset(route.prefixes, prefixes)) return [];
        return diagnostic(
          "KSP2088",
          { tunnel: name },
          {
            at: placeOf(origins, id, `route-${i}`),
            label: "not among what the tunnel carries",
            secondary: [{ span: placeOf(origins, tunnel.id, "carries"), text: "all that it carries" }],
            notes: ["a probe that never succeeds keeps the tunnel closed"],
            help: "name the networks that stand after `carries`",
          },
        );
      });
  });
