import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";

/** One of the two is a left-over, and which one decides whether names are asked at all. */
export const dnsNoneAndResolvers: Check = ({ policy, origins }) => {
  const none = policy.dns.find(({ resolvers }) => resolvers.length === 0);
  const some = policy.dns.find(({ resolvers }) => resolvers.length > 0);
  if (!none || !some) return [];
  return [
    diagnostic(
      "KSP2033",
      {},
      {
        at: placeOf(origins, none.id),
        label: "no resolver …",
        secondary: [{ span: placeOf(origins, some.id), text: "… and a resolver" }],
        help: "keep one of the two",
      },
    ),
  ];
};
