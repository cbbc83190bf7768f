import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { addsNothing } from "./adds-nothing.ts";
import { againstTraffic } from "./against-traffic.ts";
import { appWithoutWay } from "./app-without-way.ts";
import { carriedTwice } from "./carried-twice.ts";
import { carrierNotShown } from "./carrier-not-shown.ts";
import type { Check, Subject } from "./check.ts";
import { dnsNoneAndResolvers } from "./dns-none-and-resolvers.ts";
import { dnsOutside } from "./dns-outside.ts";
import { dnsSaidTwice } from "./dns-said-twice.ts";
import { exemptionTooWide } from "./exemption-too-wide.ts";
import { familyNotCarried } from "./family-not-carried.ts";
import { hopUsedByApplications } from "./hop-used-by-applications.ts";
import { interfaceName } from "./interface-name.ts";
import { ipv6WithoutAddress } from "./ipv6-without-address.ts";
import { markLostByOffload } from "./mark-lost-by-offload.ts";
import { missingHeartbeat } from "./missing-heartbeat.ts";
import { missingOnLinux } from "./missing-on-linux.ts";
import { missingWatch } from "./missing-watch.ts";
import { needlessRisk } from "./needless-risk.ts";
import { noTunnel } from "./no-tunnel.ts";
import { onlyIpv6 } from "./only-ipv6.ts";
import { openToEveryone } from "./open-to-everyone.ts";
import { opensNothing } from "./opens-nothing.ts";
import { ownAddress } from "./own-address.ts";
import { portalOutside } from "./portal-outside.ts";
import { reservedMark } from "./reserved-mark.ts";
import { resolversDenied } from "./resolvers-denied.ts";
import { sameEndpoint } from "./same-endpoint.ts";
import { serverTooWide } from "./server-too-wide.ts";
import { sharedIdentity } from "./shared-identity.ts";
import { sharedInterface } from "./shared-interface.ts";
import { stateOfAHop } from "./state-of-a-hop.ts";
import { tooManyAddresses } from "./too-many-addresses.ts";
import { tooManyStates } from "./too-many-states.ts";
import { unreachableState } from "./unreachable-state.ts";
import { watchSaidTwice } from "./watch-said-twice.ts";

/** Every check, in the order of the parts of a policy that it speaks of. */
export const checks: readonly Check[] = [
  // interfaces and systems
  noTunnel,
  missingOnLinux,
  interfaceName,
  sharedInterface,
  // servers and carriers
  serverTooWide,
  reservedMark,
  carrierNotShown,
  markLostByOffload,
  sameEndpoint,
  // what tunnels carry
  ownAddress,
  carriedTwice,
  ipv6WithoutAddress,
  onlyIpv6,
  familyNotCarried,
  hopUsedByApplications,
  // names
  dnsOutside,
  needlessRisk,
  dnsNoneAndResolvers,
  dnsSaidTwice,
  resolversDenied,
  // exemptions and apps
  exemptionTooWide,
  portalOutside,
  openToEveryone,
  opensNothing,
  addsNothing,
  sharedIdentity,
  againstTraffic,
  appWithoutWay,
  // states and probes
  tooManyStates,
  unreachableState,
  stateOfAHop,
  missingWatch,
  watchSaidTwice,
  missingHeartbeat,
  tooManyAddresses,
];

/** Faults of a policy whose names are bound. A policy with an error among them must not be planned. */
export const runChecks = (subject: Subject): readonly Diagnostic[] => checks.flatMap((check) => check(subject));
