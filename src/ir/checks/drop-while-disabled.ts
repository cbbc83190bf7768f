import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";

/** `disabled` has no rules that could be proved: there every packet passes, and a claim that it does not is false. */
export const dropWhileDisabled: Check = ({ policy, origins }) =>
  policy.expects.flatMap(({ id, verdict, while: condition }) => {
    const isMeant = condition !== "enforcing" && condition.some(({ level }) => level === "disabled" || level === "any");
    if (verdict !== "drop" || !isMeant) return [];
    return diagnostic(
      "KSP3090",
      { state: "disabled" },
      {
        at: placeOf(origins, id, "while"),
        label: "`disabled` is one of these states, and nothing is enforced there",
        help: "name other states; without `while` it counts in every state but `disabled`",
      },
    );
  });
