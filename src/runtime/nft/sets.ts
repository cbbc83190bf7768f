import { type Address, formatAddress } from "../../net/address.ts";

/** The resolvers that a network gave, and the addresses of a host: filled while the rules are loaded. */
export const isFilled = (name: string): boolean => /^(portal_resolvers_|allow-host-)/.test(name);

/** Those of a ruleset, by name. */
export const filledSets = (ruleset: string): readonly string[] =>
  [...ruleset.matchAll(/^\tset (\S+) \{$/gm)].map(([, name = ""]) => name).filter(isFilled);

/** Text that puts addresses in place of what the sets of a table hold, in one transaction. */
export const fillText = (sets: readonly string[], table: string, addresses: readonly Address[]): string =>
  (["ipv4", "ipv6"] as const)
    .filter((family) => sets.includes(`${table}_${family}`))
    .map((family) => {
      const mine = addresses.filter((address) => address.family === family).map(formatAddress);
      const set = `${table}_${family}`;
      const flush = `flush set inet ksp ${set}\n`;
      return mine.length === 0 ? flush : `${flush}add element inet ksp ${set} { ${mine.join(", ")} }\n`;
    })
    .join("");
