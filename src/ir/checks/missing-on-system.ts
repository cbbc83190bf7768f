import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import { placeOf } from "../origins.ts";
import type { Os } from "../policy.ts";
import { systemNames } from "../systems.ts";
import type { Check, Subject } from "./check.ts";
import { carriersOn } from "./support/carriers.ts";

/** What has no meaning on a system that rules are wanted for is refused: a rule that was left out would protect less. */
export const missingOnSystem: Check = (subject) => subject.systems.flatMap((os) => missingOn(os, subject));

const missingOn = (os: Os, { policy, origins }: Subject): readonly Diagnostic[] => [
  ...policy.links
    .filter(({ devices }) => !devices[os])
    .map(({ name, id }) => missing(os, `link \`${name}\``, "interface", placeOf(origins, id, "interface"))),
  ...policy.tunnels.flatMap((tunnel) => {
    const what = `tunnel \`${tunnel.name}\``;
    return [
      ...(tunnel.devices[os] ? [] : [missing(os, what, "interface", placeOf(origins, tunnel.id, "interface"))]),
      ...(carriersOn(tunnel, os).length > 0
        ? []
        : [missing(os, what, "carrier", placeOf(origins, tunnel.id, "carrier"))]),
    ];
  }),
  ...policy.helpers
    .filter((helper) => carriersOn(helper, os).length === 0)
    .map(({ name, id }) => missing(os, `helper \`${name}\``, "carrier", placeOf(origins, id, "carrier"))),
  ...policy.reconnects
    .filter(({ argv }) => !argv[os])
    .map(({ tunnel, id }) => missing(os, `\`reconnect ${tunnel}\``, "run", placeOf(origins, id, "name"))),
  ...policy.apps
    .filter(({ identity }) => !identity[os])
    .map(({ name, id }) => missing(os, `app \`${name}\``, "identity", placeOf(origins, id, "name"))),
];

const missing = (os: Os, what: string, part: string, at: Span): Diagnostic =>
  diagnostic(
    "KSP2025",
    { what, part, system: systemNames[os] },
    {
      at,
      label: `nothing for ${systemNames[os]}`,
      help: `add a line that begins with \`${part === "identity" ? os : part === "run" ? `${os} run` : `${part} ${os}`}\``,
    },
  );
