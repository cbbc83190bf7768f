import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";
import { carriesIpv6 } from "./support/families.ts";
import { lastHops } from "./support/hops.ts";

/** Nothing leaks, but every program that tries IPv6 first waits for a time-out. */
export const ipv6WithoutAddress: Check = ({ policy, origins }) => {
  const [first, ...others] = lastHops(policy);
  if (policy.ipv6 === "block" || !first || carriesIpv6(policy)) return [];
  const name = `\`${first.name}\``;
  const label = (what: string) => `${what} cannot carry IPv6`;
  return [
    diagnostic(
      "KSP2008",
      {},
      {
        at: placeOf(origins, first.id, "address"),
        label: label(name),
        secondary: others.map((tunnel) => ({
          span: placeOf(origins, tunnel.id, "address"),
          text: label(`neither can \`${tunnel.name}\`: it`),
        })),
        notes: [
          "nothing leaks: IPv6 is dropped on every other interface; but nothing works either, so programs would wait for time-outs",
        ],
        help: {
          text: `say \`ipv6 block\`, or give ${name} an IPv6 address`,
          edits: origins.ipv6 ? [{ span: origins.ipv6, text: "ipv6 block" }] : [],
        },
      },
    ),
  ];
};
