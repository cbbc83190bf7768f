import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";
import { byPlace } from "./support/places.ts";

/** Two commands at once would each undo what the other does. */
export const reconnectSaidTwice: Check = ({ policy, origins }) =>
  policy.tunnels.flatMap(({ name }) => {
    const [first, ...others] = byPlace(
      origins,
      policy.reconnects.filter((reconnect) => reconnect.tunnel === name),
    );
    return others.map((reconnect) =>
      diagnostic(
        "KSP2006",
        { what: `\`reconnect ${name}\`` },
        {
          at: placeOf(origins, reconnect.id, "name"),
          label: "the second time",
          secondary: [{ span: placeOf(origins, first?.id ?? reconnect.id, "name"), text: "the first time" }],
          help: "put the commands of all systems into one block",
        },
      ),
    );
  });
