import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { canonicalJson } from "../canonical.ts";
import { placeOf } from "../origins.ts";
import type { App } from "../policy.ts";
import { systems } from "../systems.ts";
import type { Check } from "./check.ts";
import { byPlace } from "./support/places.ts";

/** A packet of one is a packet of the other: both `traffic` lines count for it, and both processes are paused. */
export const sharedIdentity: Check = ({ policy, origins }) => {
  const apps = byPlace(origins, policy.apps);
  return apps.flatMap((second, i) =>
    apps
      .slice(0, i)
      .filter((first) => share(first, second))
      .map((first) =>
        diagnostic(
          "KSP2048",
          { first: first.name, second: second.name },
          {
            at: placeOf(origins, second.id, "identity"),
            label: "the second app",
            secondary: [{ span: placeOf(origins, first.id, "identity"), text: "the first app" }],
            help: "make them one app, or run them as two users",
          },
        ),
      ),
  );
};

const share = (a: App, b: App): boolean =>
  systems.some((os) => a.identity[os] && canonicalJson(a.identity[os]) === canonicalJson(b.identity[os]));
