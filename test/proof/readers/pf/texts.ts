import { rulesetOf } from "../../../../src/proof/readers/pf/expand.ts";
import type { Ruleset } from "../../../../src/proof/readers/pf/program.ts";
import { readText } from "../../../../src/proof/readers/pf/read-text.ts";

/** As pfctl loads it, with nothing from elsewhere. */
export const read = (text: string): Ruleset => rulesetOf(readText(text));

/** A kill switch by hand: one state, up. */
export const skeleton = `set ruleset-optimization none
table <lan> persist
scrub all fragment reassemble
pass quick on lo0 all no state label "ksp loopback"
block drop quick all fragment label "ksp fragments"
pass out quick inet proto udp from any port 68:68 to 255.255.255.255 port 67:67 no state # DHCP
pass in quick inet6 proto ipv6-icmp from fe80::/10 to any icmp6-type 134 code 0 no state # neighbours
pass out quick on en0 inet proto udp from any to 198.51.100.7 port 51820:51820 user 0 keep state (if-bound) # server
pass out quick on $tun inet proto { udp tcp } from 10.64.0.2 to 10.64.0.1 port 53:53 keep state (if-bound)
block return out quick proto { udp tcp } from any to any port { 53:53 853:853 }
pass out quick on $tun inet from 10.64.0.2 to any flags S/SA keep state (if-bound)
block drop in quick on ! $tun inet from any to 10.64.0.2
pass out quick on en0 inet from any to <lan> flags S/SA keep state (if-bound)
block return out quick all
block drop quick all
`;
