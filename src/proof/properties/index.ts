import { canReconnect } from "./can-reconnect.ts";
import { closedWithoutDaemon } from "./closed-without-daemon.ts";
import { dnsInside } from "./dns-inside.ts";
import { endpointNarrow } from "./endpoint-narrow.ts";
import { forwardClosed } from "./forward-closed.ts";
import { hopsInOrder } from "./hops-in-order.ts";
import { inboundClosed } from "./inbound-closed.ts";
import { infraClosed } from "./infra-closed.ts";
import { insideStaysInside } from "./inside-stays-inside.ts";
import { ipv6Closed } from "./ipv6-closed.ts";
import { lanNarrow } from "./lan-narrow.ts";
import { loopbackOpen } from "./loopback-open.ts";
import { noStaleFlows } from "./no-stale-flows.ts";
import { probesOpen } from "./probes-open.ts";
import type { Property } from "./property.ts";
import { sourceInside } from "./source-inside.ts";
import { tunnelOnly } from "./tunnel-only.ts";

/** Every claim about single states, in the order of their codes. */
export const properties: readonly Property[] = [
  tunnelOnly,
  dnsInside,
  canReconnect,
  insideStaysInside,
  ipv6Closed,
  inboundClosed,
  sourceInside,
  forwardClosed,
  hopsInOrder,
  endpointNarrow,
  infraClosed,
  lanNarrow,
  noStaleFlows,
  probesOpen,
  loopbackOpen,
  closedWithoutDaemon,
];
