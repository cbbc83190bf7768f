import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";
import { onlyIpv6 } from "./only-ipv6.ts";
import { carriesIpv6, hasFamily } from "./support/families.ts";
import { lastHops } from "./support/hops.ts";

/** Nothing leaks, but every program that tries IPv6 first waits for a time-out. */
export const ipv6WithoutAddress: Check = ({ policy, origins, systems }) => {
  const tunnels = lastHops(policy);
  const [first] = tunnels;
  if (policy.ipv6 === "block" || !first || carriesIpv6(policy)) return [];
  const at = origins.ipv6 ?? origins.head;
  const blocked = onlyIpv6({ policy: { ...policy, ipv6: "block" }, origins, systems });
  return [
    diagnostic(
      "KSP2008",
      {},
      {
        at,
        label: "IPv6 is routed through the tunnel …",
        secondary: tunnels.map((tunnel) => {
          const [part, what] = hasFamily(tunnel, "ipv6")
            ? ["carries", "carries IPv4 alone"]
            : ["address", "has only an IPv4 address"];
          return { span: placeOf(origins, tunnel.id, part), text: `… but \`${tunnel.name}\` ${what}` };
        }),
        notes: [
          "nothing leaks: IPv6 is dropped on every other interface; but nothing works either, so programs would wait for time-outs",
        ],
        help: {
          text: `block IPv6, or give it to \`${first.name}\``,
          edits: blocked.length === 0 ? [{ span: at, text: "ipv6 block" }] : [],
        },
      },
    ),
  ];
};
