import type { Capabilities } from "./emitters/capabilities.ts";
import { capabilities as iptables } from "./emitters/iptables/capabilities.ts";
import { capabilities as nft } from "./emitters/nft/capabilities.ts";
import { capabilities as pf } from "./emitters/pf/capabilities.ts";
import { capabilities as wfp } from "./emitters/wfp/capabilities.ts";
import type { Target } from "./ir/targets.ts";

/** What each firewall can say. Apart from the backends, which a check does not load. */
export const capabilitiesOf: Readonly<Record<Target, Capabilities>> = { nft, iptables, wfp, pf };
