import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";

/** A portal is a hole for a while, made on purpose: whoever wants one says so. No fix accepts a risk by itself. */
export const portalOutside: Check = ({ policy: { portal }, origins }) => {
  if (!portal) return [];
  const needed = ["KSP3001", ...(portal.dns ? ["KSP3002"] : [])];
  const missing = needed.filter((code) => !portal.caveat.acceptRisk.includes(code));
  if (missing.length === 0) return [];
  return [
    diagnostic(
      "KSP2053",
      { what: missing.includes("KSP3001") ? "packets" : "names" },
      {
        at: placeOf(origins, portal.id),
        label: `accepts no ${missing.join(" and no ")}`,
        notes: ["whoever runs that network, and everybody behind it, sees this machine's own address meanwhile"],
        help: `end the statement with \`accept-risk ${needed.join(", ")} reason "…"\``,
      },
    ),
  ];
};
