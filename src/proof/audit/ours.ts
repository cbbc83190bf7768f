import type { StateKey } from "../../ir/states.ts";
import type { AddressSet } from "../../net/address-set.ts";
import type { Addresses } from "../address-classes.ts";
import type { Difference } from "../translation/comparison.ts";
import type { AuditFinding } from "./finding.ts";

/** What is said of our own rules on Linux, whichever of its firewalls holds them. */

/** Of a state that may follow the one in force. */
export const lacking = (state: StateKey, reason: string, found?: Difference): AuditFinding => ({
  kind: "absent",
  states: [state],
  reason: `in state \`${state}\` ${reason}`,
  ...(found && { shown: { packet: found.packet } }),
});

export const switchedOff = (states: readonly StateKey[]): AuditFinding => ({
  kind: "absent",
  states,
  reason: "they are switched off, and everything passes",
});

/** Of the state that was meant to be in force. */
export const notInForce = (states: readonly StateKey[], found: Difference | undefined): AuditFinding => ({
  kind: "absent",
  states,
  reason: found ? inKernel(found) : "no state of the policy is in force",
  ...(found && { shown: { packet: found.packet } }),
});

/** A difference tells of files, and what was read is a kernel. */
export const inKernel = ({ says }: Difference): string => says.replaceAll("the file", "the kernel");

/** A set that is refreshed while rules are loaded counts as it was loaded, as long as it holds nothing beyond its bounds. */
export const isWithin = (ranges: Addresses, bounds: AddressSet): boolean =>
  ranges.every(({ first, last }) => bounds.some((range) => range.first <= first && last <= range.last));
