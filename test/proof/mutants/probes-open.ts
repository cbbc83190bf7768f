import type { Rule } from "../../../src/ir/ruleset.ts";
import { probesOpen } from "../../../src/proof/properties/probes-open.ts";
import { type Mutant, without } from "../properties/broken.ts";

export const mutants: readonly Mutant[] = [
  {
    says: "no probe",
    property: probesOpen,
    policy: "home-wireguard",
    state: "down",
    change: without("probe", "out"),
    packet: "out on wg0 from 10.64.0.2 to 10.64.0.1 icmp echo-request user 1000 mark 0x6b700000 new",
  },
  {
    says: "no answer to a probe",
    property: probesOpen,
    policy: "two-hops",
    state: "hop1",
    change: (rules: readonly Rule[]) => rules.map((r) => (r.stage === "probe" ? { ...r, replies: false } : r)),
    packet: "in on wg0 from 10.64.0.1 (elsewhere) to 10.64.0.2 (local) icmp echo-reply established-reply",
  },
];
