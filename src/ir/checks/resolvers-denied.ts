import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { type AddressRange, formatRange } from "../../net/address-set.ts";
import { placeOf } from "../origins.ts";
import type { Dns, PacketPattern } from "../policy.ts";
import { tunnelNamed } from "../zones.ts";
import type { Check } from "./check.ts";
import { isConditionIn, isPatternIn } from "./support/coverage.ts";
import { denyOfTunnel } from "./support/denied-tunnel.ts";

/** A deny beats `dns` as well: a blocked network that holds the resolver stops every name, and looks like a broken tunnel. */
export const resolversDenied: Check = ({ policy, origins }) =>
  policy.dns.flatMap((dns) => {
    const judged = dns.resolvers.map((resolver) => ({
      resolver,
      deny: policy.denies.find(
        (one) => isConditionIn("enforcing", one.while) && isPatternIn(policy, questions(dns, resolver), one.pattern),
      ),
    }));
    const denied = judged.find(({ deny }) => deny);
    if (!denied?.deny) return [];
    const { resolver, deny } = denied;
    const { path } = dns;
    if (path.kind === "tunnel" && denyOfTunnel(policy, tunnelNamed(policy, path.tunnel))) return [];
    return diagnostic(
      "KSP2049",
      {},
      {
        at: placeOf(origins, dns.id, "to"),
        label: judged.every((one) => one.deny) ? "never asked" : `\`${formatRange(resolver)}\` is never asked`,
        secondary: [{ span: placeOf(origins, deny.id), text: "denied by this line" }],
        help: "take the resolvers out of the deny with `except`",
      },
    );
  });

const questions = ({ owner, app, path }: Dns, resolver: AddressRange): PacketPattern => ({
  direction: "out",
  ...(owner && { owner }),
  ...(app !== undefined && { app }),
  destination: [resolver],
  path,
});
