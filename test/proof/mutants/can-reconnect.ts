import type { Rule } from "../../../src/ir/ruleset.ts";
import { constant } from "../../../src/net/parse-net.ts";
import { canReconnect } from "../../../src/proof/properties/can-reconnect.ts";
import { closed, type Mutant, without } from "../properties/broken.ts";

export const mutants: readonly Mutant[] = [
  {
    says: "no way to the server",
    property: canReconnect,
    policy: "home-wireguard",
    state: "down",
    change: without("endpoint", "out"),
    packet: "out on eth0 from 192.168.1.2 40000 to 198.51.100.7 udp 51820 user 1000 mark 0x6b73 new",
  },
  {
    says: "a ban that stands in front",
    property: canReconnect,
    policy: "openvpn-eight-servers",
    state: "down",
    change: closed("out", { destination: { set: constant("198.51.100.0/24") } }),
    packet: "out on eth0 from 192.168.1.2 40000 to 198.51.100.1 tcp 443 user 994 new",
  },
  {
    says: "answers of the server that are dropped",
    property: canReconnect,
    policy: "home-wireguard",
    state: "lockdown",
    change: (rules: readonly Rule[]) => rules.map((r) => (r.stage === "endpoint" ? { ...r, replies: false } : r)),
    packet: "in on eth0 from 198.51.100.7 51820 (elsewhere) to 192.168.1.2 (local) udp 53 established-reply",
  },
];
