import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Policy, Tunnel } from "../policy.ts";
import type { Check } from "./check.ts";
import { insertAfter } from "./support/edits.ts";
import { heartbeatLine } from "./support/heartbeats.ts";

/** A tunnel is opened and closed by its probes; one without a probe has no states to tell apart. */
export const missingWatch: Check = ({ policy, origins }) =>
  policy.tunnels
    .filter((tunnel) => policy.watches.every((watch) => watch.tunnel !== tunnel.name))
    .map((tunnel) => {
      const { name } = tunnel;
      const lines = probeLines(policy, tunnel);
      const block = lines && `\nwatch ${name} {\n${lines.map((line) => `  ${line}\n`).join("")}}`;
      return diagnostic(
        "KSP2019",
        { tunnel: name },
        {
          at: placeOf(origins, tunnel.id, "name"),
          label: "nothing would tell whether it works",
          notes: ["a tunnel is opened when all its probes are good, and closed when one of them fails"],
          help: {
            text: block ? "watch it" : `add \`watch ${name}\` with a heartbeat to an address that answers inside it`,
            edits: block ? [insertAfter(placeOf(origins, tunnel.id), block)] : [],
          },
        },
      );
    });

/** Undefined where a heartbeat is needed and nothing is known to answer. */
function probeLines(policy: Policy, tunnel: Tunnel): readonly string[] | undefined {
  const heartbeat = heartbeatLine(policy, tunnel);
  if (heartbeat) return ["interface", heartbeat];
  return tunnel.protocol === "wireguard" ? undefined : ["interface"];
}
