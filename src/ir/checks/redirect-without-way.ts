import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Dns } from "../policy.ts";
import type { Check } from "./check.ts";

/** A redirect takes every question of this machine and of its clients to one resolver. */
export const redirectWithoutWay: Check = ({ policy, origins }) =>
  policy.dns
    .filter(({ redirect }) => redirect)
    .flatMap((dns) => {
      const reason = faultOf(dns);
      if (!reason) return [];
      const { part, ...words } = reason;
      return diagnostic(
        "KSP2080",
        { reason: words.message },
        { at: placeOf(origins, dns.id, part), label: words.label, help: "remove `redirect`" },
      );
    });

interface Reason {
  readonly message: string;
  readonly label: string;
  readonly part: string;
}

function faultOf({ path, suffixes, owner, app }: Dns): Reason | undefined {
  if (path.kind !== "tunnel")
    return { message: "needs a tunnel", label: "questions would leave in clear", part: "path" };
  if (suffixes.length > 0)
    return {
      message: "and `for` contradict each other",
      label: "a redirect takes all names, whatever stands after `for`",
      part: "statement",
    };
  if (owner || app !== undefined)
    return {
      message: "and an owner contradict each other",
      label: "a redirect takes everybody's questions, and no one else may ask",
      part: "who",
    };
  return undefined;
}
