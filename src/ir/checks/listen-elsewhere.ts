import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { isSubset } from "../../net/address-set.ts";
import { placeOf } from "../origins.ts";
import { loopbackAddresses } from "../stages/loopback-deny.ts";
import type { Check } from "./check.ts";

/** A helper is guarded on loopback alone; anywhere else its port would be open to others, and closed to the tunnel. */
export const listenElsewhere: Check = ({ policy, origins }) =>
  policy.helpers
    .filter(({ listen }) => !isSubset(listen.address, loopbackAddresses))
    .map(({ id, name }) =>
      diagnostic(
        "KSP2057",
        { helper: name },
        {
          at: placeOf(origins, id, "listen"),
          label: "no address of loopback",
          notes: ["only the carrier of the tunnel may send to a helper, which is held on loopback"],
          help: "let the program listen on 127.0.0.1, and name that",
        },
      ),
    );
