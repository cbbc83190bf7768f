import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import { isSubset } from "../../net/address-set.ts";
import { canonicalJson } from "../canonical.ts";
import { placeOf } from "../origins.ts";
import type { Probe, Server } from "../policy.ts";
import type { Check } from "./check.ts";
import { carriersOn, senders } from "./support/carriers.ts";
import { placeOfCarrier, placeOfServer } from "./support/places.ts";
import { isTransportIn } from "./support/transports.ts";

/** A line that another one of the block contains is a left-over; which one was meant is not to be guessed. */
export const lineSaidTwice: Check = ({ policy, origins }) => [
  ...senders(policy).flatMap((sender) => [
    ...repeated(sender.servers, isServerIn, "the server", (server) => placeOfServer(origins, sender, server)),
    ...repeated(carriersOn(sender, "linux"), areEqual, "the carrier", (_, i) => placeOfCarrier(origins, sender, i)),
  ]),
  ...policy.tunnels.flatMap(({ id, helpers = [] }) =>
    repeated(
      helpers,
      (a, b) => a.helper === b.helper,
      "the helper",
      ({ order }) => placeOf(origins, id, `server-${order}`),
    ),
  ),
  ...policy.watches.flatMap(({ id, probes }) => [
    ...repeated(heartbeatsOf(probes), areTargetsIn, "the heartbeat", (_, i) => placeOf(origins, id, `heartbeat-${i}`)),
    ...repeated(routesOf(probes), areSamePrefixes, "the route", (_, i) => placeOf(origins, id, `route-${i}`)),
  ]),
];

function repeated<T>(
  lines: readonly T[],
  isIn: (a: T, b: T) => boolean,
  what: string,
  place: (line: T, index: number) => Span,
): readonly Diagnostic[] {
  return lines.flatMap((line, i) => {
    const first = lines.findIndex((other, j) => j < i && (isIn(line, other) || isIn(other, line)));
    const other = lines[first];
    if (other === undefined) return [];
    return diagnostic(
      "KSP2006",
      { what },
      {
        at: place(line, i),
        label: "the second time",
        secondary: [{ span: place(other, first), text: "the first time" }],
        help: "keep one of the two lines",
      },
    );
  });
}

const areEqual = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);
const isServerIn = (a: Server, b: Server): boolean =>
  isSubset(a.addresses, b.addresses) && isTransportIn(a.transport, b.transport);

type Heartbeat = Extract<Probe, { kind: "heartbeat" }>;
type Route = Extract<Probe, { kind: "route" }>;
const heartbeatsOf = (probes: readonly Probe[]): readonly Heartbeat[] => probes.filter((p) => p.kind === "heartbeat");
const routesOf = (probes: readonly Probe[]): readonly Route[] => probes.filter((p) => p.kind === "route");
const areTargetsIn = (a: Heartbeat, b: Heartbeat): boolean => isSubset(a.targets, b.targets);
/** A narrower route is asked for by itself: it may lead elsewhere. */
const areSamePrefixes = (a: Route, b: Route): boolean => areEqual(a.prefixes, b.prefixes);
