import { ports } from "../../net/port-set.ts";
import type { Rule } from "../ruleset.ts";
import { everywhere } from "../zones.ts";
import { type PlanStage, refuse } from "./rule.ts";

/** DNS, NetBIOS names, DNS over TLS, mDNS, LLMNR: every port that tells a name to somebody (IANA service names). */
export const namePorts = ports(53, 137, 853, 5353, 5355);

/** Names leave by no other way, inside the tunnel either. */
export const dnsDenyStage: PlanStage = () =>
  (["out", "forward"] as const).flatMap((direction) =>
    (["tcp", "udp"] as const).map(
      (kind): Rule =>
        refuse(
          "dns-deny",
          direction,
          { outInterface: everywhere, transport: { kind, destinationPorts: namePorts } },
          "built-in-dns",
        ),
    ),
  );
