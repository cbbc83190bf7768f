import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";
import { byPlace } from "./support/places.ts";

/** Probes of one tunnel stand together: a second block would close it for a reason that the first does not show. */
export const watchSaidTwice: Check = ({ policy, origins }) =>
  policy.tunnels.flatMap(({ name }) => {
    const [first, ...others] = byPlace(
      origins,
      policy.watches.filter((watch) => watch.tunnel === name),
    );
    return others.map((watch) =>
      diagnostic(
        "KSP2006",
        { what: `\`watch ${name}\`` },
        {
          at: placeOf(origins, watch.id, "name"),
          label: "the second time",
          secondary: [{ span: placeOf(origins, first?.id ?? watch.id, "name"), text: "the first time" }],
          help: "put all probes of the tunnel into one block",
        },
      ),
    );
  });
