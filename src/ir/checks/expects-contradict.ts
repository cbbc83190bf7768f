import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";
import { isConditionIn, isPatternIn } from "./support/coverage.ts";

/** No policy can keep both. Whether it keeps one is for the proof to say. */
export const expectsContradict: Check = ({ policy, origins }) =>
  policy.expects
    .filter(({ verdict }) => verdict === "allow")
    .flatMap((allow) => {
      const drop = policy.expects.find(
        (other) =>
          other.verdict === "drop" &&
          other.reply === allow.reply &&
          isConditionIn(allow.while, other.while) &&
          isPatternIn(policy, allow.pattern, other.pattern),
      );
      if (!drop) return [];
      return diagnostic(
        "KSP2086",
        {},
        {
          at: placeOf(origins, allow.id),
          label: "these packets pass …",
          secondary: [{ span: placeOf(origins, drop.id), text: "… and none of these" }],
          help: "remove one of the two, or limit them to different packets or states",
        },
      );
    });
