import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Watch } from "../policy.ts";
import { tunnelNamed } from "../zones.ts";
import type { Check, Subject } from "./check.ts";
import { byPlace } from "./support/places.ts";

/** OpenVPN's management channel: no other protocol has one, and each OpenVPN has its own. */
export const managementProbe: Check = (subject) => {
  const watches = byPlace(subject.origins, subject.policy.watches);
  return watches.flatMap((watch, i) => {
    const socket = socketOf(watch);
    if (socket === undefined) return [];
    const first = watches.slice(0, i).find((earlier) => socketOf(earlier) === socket);
    return [...ofAnotherProtocol(watch, subject), ...(first ? [shared(first, watch, subject)] : [])];
  });
};

const socketOf = ({ probes }: Watch): string | undefined => probes.find((probe) => probe.kind === "management")?.socket;

function ofAnotherProtocol(watch: Watch, { policy, origins }: Subject): readonly Diagnostic[] {
  const { id, name, protocol } = tunnelNamed(policy, watch.tunnel);
  if (protocol === "openvpn") return [];
  const at = placeOf(origins, watch.id, "management");
  const hasHeartbeat = watch.probes.some((probe) => probe.kind === "heartbeat");
  return [
    diagnostic(
      "KSP2096",
      { tunnel: name, fault: "has nothing to ask" },
      {
        at,
        label: "only OpenVPN has a management channel",
        secondary: [{ span: placeOf(origins, id, "protocol"), text: "another protocol" }],
        help: hasHeartbeat
          ? { text: "remove it: the heartbeat tells", edits: [{ span: at, text: "" }] }
          : "use a heartbeat: `heartbeat ADDRESS every 1s lost after 3`",
      },
    ),
  ];
}

const shared = (first: Watch, second: Watch, { origins }: Subject): Diagnostic =>
  diagnostic(
    "KSP2096",
    { tunnel: second.tunnel, fault: `asks the OpenVPN of \`${first.tunnel}\`` },
    {
      at: placeOf(origins, second.id, "management"),
      label: "the same socket",
      secondary: [{ span: placeOf(origins, first.id, "management"), text: `the one of \`${first.tunnel}\`` }],
      notes: ["OpenVPN serves one at a time: the second would never be answered"],
      help: "let each OpenVPN listen at a path of its own, and name that",
    },
  );
