import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";

/** Names outside the tunnels are what a kill switch is for; who wants them there says so. No fix accepts a risk by itself. */
export const dnsOutside: Check = ({ policy, origins }) =>
  policy.dns.flatMap(({ id, path, caveat }) => {
    if (path.kind !== "link" || caveat.acceptRisk.includes("KSP3002")) return [];
    return diagnostic(
      "KSP2029",
      { link: path.link },
      {
        at: placeOf(origins, id, "path"),
        label: "no tunnel",
        notes: ["whoever runs that network sees every name that is looked up there"],
        help: 'ask through a tunnel, or end the statement with `accept-risk KSP3002 reason "…"`',
      },
    );
  });
