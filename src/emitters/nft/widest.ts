import type { AddressMatch } from "../../ir/ruleset.ts";

/** All that the runtime may ever fill in. */
export const widest = ({ within, ...address }: AddressMatch): AddressMatch =>
  within ? { ...address, set: within } : address;
