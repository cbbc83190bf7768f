import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { overlaps } from "../../net/address-set.ts";
import { canonicalJson } from "../canonical.ts";
import { placeOf } from "../origins.ts";
import type { Forward, Policy } from "../policy.ts";
import type { Check } from "./check.ts";
import { sideName } from "./support/sides.ts";

/** Machines on one interface talk to each other without this one. A link of several interfaces, or two networks on one, is another matter. */
export const forwardToItself: Check = ({ policy, origins }) =>
  policy.forwards
    .filter((forward) => leadsBack(policy, forward))
    .map(({ id, to }) =>
      diagnostic(
        "KSP2078",
        { side: sideName(to) },
        {
          at: placeOf(origins, id, "to"),
          label: "where the packets come from",
          notes: ["machines behind one interface reach each other without this machine"],
          help: "name the side where the packets shall go, or the two networks",
        },
      ),
    );

function leadsBack(policy: Policy, { from, to, sources, destinations }: Forward): boolean {
  if (canonicalJson(from) !== canonicalJson(to)) return false;
  if (sources && destinations && !overlaps(sources, destinations)) return false;
  const link = to.kind === "link" ? policy.links.find(({ name }) => name === to.link) : undefined;
  return !link || (link.devices.linux?.length === 1 && link.devices.linux[0]?.kind === "named");
}
