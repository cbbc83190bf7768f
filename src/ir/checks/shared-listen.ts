import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { overlaps } from "../../net/address-set.ts";
import { placeOf } from "../origins.ts";
import type { Helper } from "../policy.ts";
import type { Check } from "./check.ts";
import { byPlace } from "./support/places.ts";

/** Only one program can have a port, and the packets of the other tunnel would go to it. */
export const sharedListen: Check = ({ policy, origins }) => {
  const helpers = byPlace(origins, policy.helpers);
  return helpers.flatMap((second, i) =>
    helpers
      .slice(0, i)
      .filter((first) => share(first, second))
      .map((first) =>
        diagnostic(
          "KSP2058",
          { first: first.name, second: second.name },
          {
            at: placeOf(origins, second.id, "listen"),
            label: "the second one",
            secondary: [{ span: placeOf(origins, first.id, "listen"), text: "the first one" }],
            help: "give one of the two another port",
          },
        ),
      ),
  );
};

const share = ({ listen: a }: Helper, { listen: b }: Helper): boolean =>
  a.transport === b.transport && a.port === b.port && overlaps(a.address, b.address);
