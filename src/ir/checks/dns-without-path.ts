import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Dns, Policy, Tunnel } from "../policy.ts";
import type { Check } from "./check.ts";
import { insertAfter } from "./support/edits.ts";
import { hasFamily } from "./support/families.ts";
import { lastHops } from "./support/hops.ts";

/** A resolver without a path would be asked on every interface: the leak that `dns` is there to close. */
export const dnsWithoutPath: Check = ({ policy, origins }) =>
  policy.dns
    .filter(({ path, resolvers }) => path.kind === "any" && resolvers.length > 0)
    .map((dns) => {
      const tunnel = onlyWay(policy, dns);
      const at = placeOf(origins, dns.id, "to");
      return diagnostic(
        "KSP2028",
        {},
        {
          at,
          label: "asked on every interface",
          notes: ["every network on the way would see the names that are looked up"],
          help: tunnel
            ? { text: `ask through \`${tunnel.name}\``, edits: [insertAfter(at, ` through ${tunnel.name}`)] }
            : "say `through TUNNEL`",
        },
      );
    });

/** Where one tunnel alone can be meant. */
function onlyWay(policy: Policy, dns: Dns): Tunnel | undefined {
  const [tunnel, ...others] = lastHops(policy);
  if (!tunnel || others.length > 0 || dns.owner || dns.app) return undefined;
  return dns.resolvers.every(({ family }) => hasFamily(tunnel, family)) ? tunnel : undefined;
}
