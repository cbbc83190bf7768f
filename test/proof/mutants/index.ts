import { mutants as canReconnect } from "./can-reconnect.ts";
import { mutants as closedWithoutDaemon } from "./closed-without-daemon.ts";
import { mutants as dnsInside } from "./dns-inside.ts";
import { mutants as endpointNarrow } from "./endpoint-narrow.ts";
import { mutants as forwardClosed } from "./forward-closed.ts";
import { mutants as hopsInOrder } from "./hops-in-order.ts";
import { mutants as inboundClosed } from "./inbound-closed.ts";
import { mutants as infraClosed } from "./infra-closed.ts";
import { mutants as insideStaysInside } from "./inside-stays-inside.ts";
import { mutants as ipv6Closed } from "./ipv6-closed.ts";
import { mutants as lanNarrow } from "./lan-narrow.ts";
import { mutants as loopbackOpen } from "./loopback-open.ts";
import { mutants as probesOpen } from "./probes-open.ts";
import { mutants as sourceInside } from "./source-inside.ts";
import { mutants as tunnelOnly } from "./tunnel-only.ts";

/** Every way to break a single state, by the property that finds it out. */
export const mutants = [
  ...canReconnect,
  ...closedWithoutDaemon,
  ...dnsInside,
  ...endpointNarrow,
  ...forwardClosed,
  ...hopsInOrder,
  ...inboundClosed,
  ...infraClosed,
  ...insideStaysInside,
  ...ipv6Closed,
  ...lanNarrow,
  ...loopbackOpen,
  ...probesOpen,
  ...sourceInside,
  ...tunnelOnly,
];
