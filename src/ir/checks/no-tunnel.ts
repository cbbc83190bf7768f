import { diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Check } from "./check.ts";

/** States are those of tunnels: without one there is nothing to be up or down, and nothing to compile. */
export const noTunnel: Check = ({ policy, origins }) =>
  policy.tunnels.length > 0
    ? []
    : [
        diagnostic(
          "KSP2050",
          {},
          {
            at: origins.head,
            label: "nothing here can be up or down",
            help: "declare the VPN: `tunnel NAME` and its block",
          },
        ),
      ];
