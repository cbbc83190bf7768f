import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";

/** A risk that is accepted without need hides the day on which it becomes one. */
export const needlessRisk: Check = ({ policy, origins }) =>
  policy.dns.flatMap(({ id, path, caveat }) => {
    const [risk] = caveat.acceptRisk;
    if (risk === undefined || path.kind === "link") return [];
    return diagnostic(
      "KSP2030",
      { risk },
      { at: placeOf(origins, id), label: "no name leaves outside the tunnels by it", help: "remove the caveat" },
    );
  });
