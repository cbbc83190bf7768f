import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";

/** One of the two is a left-over, and which one decides whether names are asked at all. */
export const dnsNoneAndResolvers: Check = ({ policy, origins }) => {
  // Without a resolver there is nothing to ask: only its place tells that it was said.
  const none = [...origins.statements.values()].find(({ text }) => text === "dns none");
  const [some] = policy.dns;
  if (!none || !some) return [];
  return [
    diagnostic(
      "KSP2033",
      {},
      {
        at: none.span,
        label: "no resolver …",
        secondary: [{ span: placeOf(origins, some.id), text: "… and a resolver" }],
        help: "keep one of the two",
      },
    ),
  ];
};
