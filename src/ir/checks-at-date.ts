import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { daysBetween } from "./calendar.ts";
import { type Origins, placeOf } from "./origins.ts";
import type { Policy } from "./policy.ts";

/** A warning this many days ahead leaves time to renew or remove a statement. */
const notice = 14;

/**
 * Statements whose `until` is over on the day `at`, and those that end within a fortnight; the day itself is still good.
 * The caller says what day it is, and no compile asks: the same text compiles to the same rules on every day.
 */
export function expiry(policy: Policy, origins: Origins, at: string): readonly Diagnostic[] {
  return Object.values(policy)
    .flat()
    .flatMap((statement) => {
      if (typeof statement !== "object" || !("caveat" in statement)) return [];
      const { until, owner, ticket } = statement.caveat;
      if (until === undefined) return [];
      const left = daysBetween(at, until);
      if (left > notice) return [];
      const details = {
        at: placeOf(origins, statement.id, "until"),
        notes: responsible(owner, ticket),
        help: "remove the statement, or give it a later day",
      };
      return left < 0
        ? diagnostic("KSP2059", { day: until }, { ...details, label: `over for ${days(-left)}` })
        : diagnostic(
            "KSP2051",
            { day: until },
            { ...details, label: left === 0 ? "its last day is today" : `${days(left)} left` },
          );
    });
}

const days = (count: number): string => (count === 1 ? "1 day" : `${count} days`);

const responsible = (owner: string | undefined, ticket: string | undefined): readonly string[] => {
  const said = [
    ...(owner === undefined ? [] : [`owner: ${owner}`]),
    ...(ticket === undefined ? [] : [`ticket: ${ticket}`]),
  ];
  return said.length === 0 ? [] : [said.join(", ")];
};
