import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { canonicalJson } from "../canonical.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";
import { carriersOn, senderName, senders } from "./support/carriers.ts";
import { placeOfCarrier } from "./support/places.ts";

/** What the carrier may do the app may do: it reaches the server in clear, whatever its `traffic` says. */
export const appIsCarrier: Check = ({ policy, origins }) =>
  policy.apps.flatMap(({ id, name, identity: { linux }, traffic }) =>
    (traffic === "outside" ? [] : senders(policy)).flatMap((sender) => {
      const alternative = carriersOn(sender, "linux").findIndex((all) =>
        all.every((one) => linux && canonicalJson(one) === canonicalJson(linux)),
      );
      if (alternative < 0) return [];
      return diagnostic(
        "KSP2077",
        { app: name, sender: sender.name },
        {
          at: placeOf(origins, id, "identity"),
          label: "the app",
          secondary: [
            { span: placeOfCarrier(origins, sender, alternative), text: `the carrier of ${senderName(sender)}` },
          ],
          notes: ["the carrier reaches the server outside every tunnel"],
          help: "run the two as two users",
        },
      );
    }),
  );
