import type { AddressMatch, Ruleset } from "../ir/ruleset.ts";

/** The ruleset with every table that the runtime refreshes as full as it may ever be. */
export const filled = (ruleset: Ruleset): Ruleset => ({
  ...ruleset,
  rules: ruleset.rules.map(({ match, ...rule }) => {
    const { source, destination } = match;
    return {
      ...rule,
      match: {
        ...match,
        ...(source && { source: full(source) }),
        ...(destination && { destination: full(destination) }),
      },
    };
  }),
});

const full = (address: AddressMatch): AddressMatch => (address.within ? { ...address, set: address.within } : address);
