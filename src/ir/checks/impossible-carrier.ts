import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Identity } from "../policy.ts";
import { describeIdentity } from "../rule-text.ts";
import type { Check } from "./check.ts";
import { carriersOn, senders } from "./support/carriers.ts";
import { placeOfCarrier } from "./support/places.ts";

/** `and` asks for both on one packet; two lines are alternatives. */
export const impossibleCarrier: Check = ({ policy, origins, systems }) =>
  systems
    .flatMap((os) => senders(policy).map((sender) => [os, sender] as const))
    .flatMap(([os, sender]) =>
      carriersOn(sender, os).flatMap((all, alternative): readonly Diagnostic[] => {
        const pair = all
          .flatMap((a, i) => all.slice(i + 1).map((b) => [a, b] as const))
          .find(([a, b]) => exclude(a, b));
        if (!pair) return [];
        const [first, second] = pair;
        return [
          diagnostic(
            "KSP2074",
            { first: `\`${describeIdentity(first)}\``, second: `\`${describeIdentity(second)}\`` },
            {
              at: placeOfCarrier(origins, sender, alternative, os),
              label: "asks for both",
              secondary: [{ span: placeOf(origins, sender.id, "name"), text: "this could never connect" }],
              help: "write two `carrier` lines: either will do then",
            },
          ),
        ];
      }),
    );

function exclude(a: Identity, b: Identity): boolean {
  if (a.kind === "mark" && b.kind === "mark") return ((a.value ^ b.value) & a.mask & b.mask) !== 0;
  if (a.kind === "user" && b.kind === "user") return a.id !== b.id;
  if (a.kind === "program" && b.kind === "program") return a.path !== b.path;
  // A process may host several services, but WFP asks for one.
  if (a.kind === "service" && b.kind === "service") return a.name !== b.name;
  return a.kind === "group" && b.kind === "group" && a.id !== b.id;
}
