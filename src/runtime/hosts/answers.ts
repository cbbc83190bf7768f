import type { Dns, Host } from "../../ir/policy.ts";
import { type Address, formatAddress } from "../../net/address.ts";
import { contains } from "../../net/address-set.ts";

/** Whom the policy declares for a name: the longest `for` that it ends in, else the one for all names; absent: nobody. */
export function resolverOf(host: string, dns: readonly Dns[]): string | undefined {
  const labels = `.${host.toLowerCase()}`;
  const fits = dns.flatMap(({ suffixes, owner, app, resolvers: [first] }) => {
    // One for a user's or an app's queries is not the daemon's.
    if (owner || app !== undefined || !first) return [];
    const lengths = suffixes
      .filter((suffix) => labels.endsWith(`.${suffix.toLowerCase()}`))
      .map(({ length }) => length);
    if (suffixes.length > 0 && lengths.length === 0) return [];
    return [{ resolver: formatAddress({ family: first.family, value: first.first }), length: Math.max(0, ...lengths) }];
  });
  return fits.toSorted((a, b) => b.length - a.length)[0]?.resolver;
}

export interface Judged {
  readonly accepted: readonly Address[];
  /** Outside the bounds of the policy: a resolver that lies, or a host that has moved. */
  readonly refused: readonly Address[];
}

export const judgeAnswers = ({ within }: Host, answers: readonly Address[]): Judged => ({
  accepted: answers.filter((address) => contains(within, address)),
  refused: answers.filter((address) => !contains(within, address)),
});
