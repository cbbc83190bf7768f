import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import { placeOf } from "../origins.ts";
import type { Check } from "./check.ts";
import { carriersOn } from "./support/carriers.ts";

/** Only Linux is compiled now, and what has no meaning there is refused: a rule that was left out would protect less. */
export const missingOnLinux: Check = ({ policy, origins }) => [
  ...policy.links
    .filter(({ devices }) => !devices.linux)
    .map(({ name, id }) => missing(`link \`${name}\``, "interface", placeOf(origins, id, "interface"))),
  ...policy.tunnels.flatMap((tunnel) => {
    const what = `tunnel \`${tunnel.name}\``;
    return [
      ...(tunnel.devices.linux ? [] : [missing(what, "interface", placeOf(origins, tunnel.id, "interface"))]),
      ...(carriersOn(tunnel, "linux").length > 0
        ? []
        : [missing(what, "carrier", placeOf(origins, tunnel.id, "carrier"))]),
    ];
  }),
  ...policy.helpers
    .filter((helper) => carriersOn(helper, "linux").length === 0)
    .map(({ name, id }) => missing(`helper \`${name}\``, "carrier", placeOf(origins, id, "carrier"))),
  ...policy.reconnects
    .filter(({ argv }) => !argv.linux)
    .map(({ tunnel, id }) => missing(`\`reconnect ${tunnel}\``, "run", placeOf(origins, id, "name"))),
  ...policy.apps
    .filter(({ identity }) => !identity.linux)
    .map(({ name, id }) => missing(`app \`${name}\``, "identity", placeOf(origins, id, "name"))),
];

const missing = (what: string, part: string, at: Span): Diagnostic =>
  diagnostic(
    "KSP2025",
    { what, part },
    {
      at,
      label: "nothing for Linux",
      help: `add a line that begins with \`${part === "identity" ? "linux" : part === "run" ? "linux run" : `${part} linux`}\``,
    },
  );
