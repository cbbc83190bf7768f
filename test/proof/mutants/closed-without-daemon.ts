import type { Rule } from "../../../src/ir/ruleset.ts";
import { constant } from "../../../src/net/parse-net.ts";
import { closedWithoutDaemon } from "../../../src/proof/properties/closed-without-daemon.ts";
import { card, type Mutant, opened } from "../properties/broken.ts";

export const mutants: readonly Mutant[] = [
  {
    says: "a portal that only the daemon would close",
    property: closedWithoutDaemon,
    policy: "travel-captive-portal",
    state: "portal",
    change: (rules: readonly Rule[]) => rules.map(lastingOf),
    packet: "out on eth0 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1001 new",
  },
  {
    says: "an opening for a while that hides one that stays",
    property: closedWithoutDaemon,
    policy: "travel-captive-portal",
    state: "portal",
    change: (rules: readonly Rule[]) =>
      rules.flatMap((rule) => (rule.stage === "portal" ? [rule, lastingOf(rule)] : [rule])),
    packet: "out on eth0 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1001 new",
  },
  {
    says: "at boot, a table that somebody fills later",
    property: closedWithoutDaemon,
    policy: "home-wireguard",
    state: "lockdown",
    change: opened("out", {
      outInterface: card("eth0"),
      destination: { set: [], table: "later", within: constant("198.51.100.64/26") },
    }),
    packet: "out on eth0 from 192.168.1.2 40000 to 198.51.100.64 tcp 443 user 1000 new",
  },
];

const lastingOf = ({ expiresAfter: _, ...rule }: Rule): Rule => rule;
