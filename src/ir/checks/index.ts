import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { addsNothing } from "./adds-nothing.ts";
import { againstTraffic } from "./against-traffic.ts";
import { appIsCarrier } from "./app-is-carrier.ts";
import { appWithoutWay } from "./app-without-way.ts";
import { carriedTwice } from "./carried-twice.ts";
import { carrierNotShown } from "./carrier-not-shown.ts";
import type { Check, Subject } from "./check.ts";
import { denyAddsNothing } from "./deny-adds-nothing.ts";
import { dnsNoneAndResolvers } from "./dns-none-and-resolvers.ts";
import { dnsOutside } from "./dns-outside.ts";
import { dnsSaidTwice } from "./dns-said-twice.ts";
import { dropWhileDisabled } from "./drop-while-disabled.ts";
import { exemptionTooWide } from "./exemption-too-wide.ts";
import { expectsContradict } from "./expects-contradict.ts";
import { familyNotCarried } from "./family-not-carried.ts";
import { foreignTransport } from "./foreign-transport.ts";
import { forwardAddsNothing } from "./forward-adds-nothing.ts";
import { forwardToItself } from "./forward-to-itself.ts";
import { handshakeProbe } from "./handshake-probe.ts";
import { heartbeatToServer } from "./heartbeat-to-server.ts";
import { hopUsedByApplications } from "./hop-used-by-applications.ts";
import { impossibleCarrier } from "./impossible-carrier.ts";
import { insideToInternet } from "./inside-to-internet.ts";
import { interfaceName } from "./interface-name.ts";
import { ipv6WithoutAddress } from "./ipv6-without-address.ts";
import { lineSaidTwice } from "./line-said-twice.ts";
import { listenElsewhere } from "./listen-elsewhere.ts";
import { managementProbe } from "./management-probe.ts";
import { markLostByOffload } from "./mark-lost-by-offload.ts";
import { missingHeartbeat } from "./missing-heartbeat.ts";
import { missingOnSystem } from "./missing-on-system.ts";
import { missingWatch } from "./missing-watch.ts";
import { needlessRisk } from "./needless-risk.ts";
import { nestedSlices } from "./nested-slices.ts";
import { noTunnel } from "./no-tunnel.ts";
import { notMasqueraded } from "./not-masqueraded.ts";
import { onlyIpv6 } from "./only-ipv6.ts";
import { openToEveryone } from "./open-to-everyone.ts";
import { opensNothing } from "./opens-nothing.ts";
import { ownAddress } from "./own-address.ts";
import { ownerUnknown } from "./owner-unknown.ts";
import { pausesTheWayBack } from "./pauses-the-way-back.ts";
import { portalOutside } from "./portal-outside.ts";
import { probeNotCarried } from "./probe-not-carried.ts";
import { programOnLinux } from "./program-on-linux.ts";
import { reconnectSaidTwice } from "./reconnect-said-twice.ts";
import { redirectSaidTwice } from "./redirect-said-twice.ts";
import { redirectWithoutWay } from "./redirect-without-way.ts";
import { reservedMark } from "./reserved-mark.ts";
import { resolversDenied } from "./resolvers-denied.ts";
import { rewrittenTwice } from "./rewritten-twice.ts";
import { sameEndpoint } from "./same-endpoint.ts";
import { serverInside } from "./server-inside.ts";
import { serverTooWide } from "./server-too-wide.ts";
import { servingOutside } from "./serving-outside.ts";
import { sharedAddress } from "./shared-address.ts";
import { sharedIdentity } from "./shared-identity.ts";
import { sharedInterface } from "./shared-interface.ts";
import { sharedListen } from "./shared-listen.ts";
import { specialAddress } from "./special-address.ts";
import { stateOfAHop } from "./state-of-a-hop.ts";
import { tooManyAddresses } from "./too-many-addresses.ts";
import { tooManyStates } from "./too-many-states.ts";
import { tunnelDenied } from "./tunnel-denied.ts";
import { unreachableState } from "./unreachable-state.ts";
import { unusedHelper } from "./unused-helper.ts";
import { watchSaidTwice } from "./watch-said-twice.ts";

/** Every check, in the order of the parts of a policy that it speaks of. */
export const checks: readonly Check[] = [
  // interfaces and systems
  noTunnel,
  missingOnSystem,
  interfaceName,
  sharedAddress,
  sharedInterface,
  // servers and carriers
  serverTooWide,
  reservedMark,
  carrierNotShown,
  markLostByOffload,
  sameEndpoint,
  foreignTransport,
  impossibleCarrier,
  lineSaidTwice,
  specialAddress,
  listenElsewhere,
  sharedListen,
  unusedHelper,
  // what tunnels carry
  ownAddress,
  serverInside,
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
  redirectWithoutWay,
  redirectSaidTwice,
  // exemptions and apps
  exemptionTooWide,
  insideToInternet,
  portalOutside,
  openToEveryone,
  opensNothing,
  addsNothing,
  denyAddsNothing,
  tunnelDenied,
  ownerUnknown,
  programOnLinux,
  servingOutside,
  sharedIdentity,
  nestedSlices,
  againstTraffic,
  appWithoutWay,
  appIsCarrier,
  pausesTheWayBack,
  // forwarding
  forwardToItself,
  notMasqueraded,
  rewrittenTwice,
  forwardAddsNothing,
  // states and probes
  tooManyStates,
  unreachableState,
  stateOfAHop,
  missingWatch,
  watchSaidTwice,
  missingHeartbeat,
  tooManyAddresses,
  handshakeProbe,
  managementProbe,
  probeNotCarried,
  heartbeatToServer,
  reconnectSaidTwice,
  // claims
  expectsContradict,
  dropWhileDisabled,
];

/** Faults of a policy whose names are bound. A policy with an error among them must not be planned. */
export const runChecks = (subject: Subject): readonly Diagnostic[] => checks.flatMap((check) => check(subject));
