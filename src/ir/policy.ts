import Type, { type Static } from "typebox";
import { longestSocketPath } from "../net/socket-path.ts";
import {
  addresses,
  type Immutable,
  milliseconds,
  name,
  type os,
  portRange,
  record,
  statementId,
  tagged,
} from "./schema.ts";

/** What the user wants, by name; the JSON Schema and the types come from this one declaration. Absent = unconstrained, never "default". */

export type Name = string;
/** `kind-digest` or `kind-name-digest` of the meaning: stable when other statements, the caveat or the order change. */
export type StatementId = string;
export type Os = Static<typeof os>;

// ---- who -----------------------------------------------------------------------------------------------------------

const identity = tagged(
  record({ kind: Type.Literal("mark"), value: Type.Integer({ minimum: 0 }), mask: Type.Integer({ minimum: 1 }) }),
  record({
    kind: Type.Literal("user"),
    id: Type.Optional(Type.Integer({ minimum: 0 })),
    name: Type.Optional(Type.String()),
  }),
  record({
    kind: Type.Literal("group"),
    id: Type.Optional(Type.Integer({ minimum: 0 })),
    name: Type.Optional(Type.String()),
  }),
  record({ kind: Type.Literal("slice"), path: Type.String() }),
  record({ kind: Type.Literal("program"), path: Type.String() }),
  record({ kind: Type.Literal("service"), name: Type.String() }),
);
/** Who a packet belongs to. Users and groups are numbers on Linux: an unknown name stops a whole ruleset from loading. */
export type Identity = Immutable<Static<typeof identity>>;

/** Any of the lists, all within one ("and"). A missing system means: refused there. */
const identities = record({
  linux: Type.Optional(Type.Array(Type.Array(identity, { minItems: 1 }), { minItems: 1 })),
  windows: Type.Optional(Type.Array(Type.Array(identity, { minItems: 1 }), { minItems: 1 })),
  macos: Type.Optional(Type.Array(Type.Array(identity, { minItems: 1 }), { minItems: 1 })),
});
export type Identities = Immutable<Static<typeof identities>>;

// ---- where ---------------------------------------------------------------------------------------------------------

const device = tagged(
  record({ kind: Type.Literal("named"), name: Type.String({ minLength: 1 }) }),
  record({ kind: Type.Literal("prefix"), prefix: Type.String({ minLength: 1 }) }),
  record({ kind: Type.Literal("utun"), of: name }),
);
/** An interface by name, all with a prefix (`br-*`), or the one utun that the system numbers for a tunnel or link (`of`). */
export type Device = Immutable<Static<typeof device>>;
const devices = record({
  linux: Type.Optional(Type.Array(device, { minItems: 1 })),
  windows: Type.Optional(Type.Array(device, { minItems: 1 })),
  macos: Type.Optional(Type.Array(device, { minItems: 1 })),
});
export type Devices = Immutable<Static<typeof devices>>;

/** `outside`: links of that role, or where none is declared every interface that is no loopback, tunnel or inside link. `any`: every interface. */
const path = tagged(
  record({ kind: Type.Literal("link"), link: name }),
  record({ kind: Type.Literal("tunnel"), tunnel: name }),
  record({ kind: Type.Literal("outside") }),
  record({ kind: Type.Literal("any") }),
);
export type Path = Immutable<Static<typeof path>>;

// ---- what ----------------------------------------------------------------------------------------------------------

const ports = Type.Array(portRange, { minItems: 1 });
const transport = tagged(
  record({ kind: Type.Literal("tcp"), sourcePorts: Type.Optional(ports), destinationPorts: Type.Optional(ports) }),
  record({ kind: Type.Literal("udp"), sourcePorts: Type.Optional(ports), destinationPorts: Type.Optional(ports) }),
  record({ kind: Type.Literal("icmp"), types: Type.Optional(Type.Array(Type.Integer(), { minItems: 1 })) }),
  record({ kind: Type.Literal("icmpv6"), types: Type.Optional(Type.Array(Type.Integer(), { minItems: 1 })) }),
  record({ kind: Type.Literal("protocol"), number: Type.Integer({ minimum: 0, maximum: 255 }) }),
);

const pattern = record({
  direction: Type.Union([Type.Literal("out"), Type.Literal("in"), Type.Literal("forward")]),
  owner: Type.Optional(identity),
  app: Type.Optional(name),
  source: Type.Optional(addresses),
  destination: Type.Optional(addresses),
  transport: Type.Optional(transport),
  /** The list that `destination` (or `source`) is, word for word: backends name their set after it. */
  list: Type.Optional(name),
  /** Some of its addresses come from a list file. */
  fromFile: Type.Optional(Type.Literal(true)),
  path,
});
export type PacketPattern = Immutable<Static<typeof pattern>>;

/** `enforcing`: every state but `disabled`. A pattern without a chain means all chains. */
const condition = Type.Union([
  Type.Literal("enforcing"),
  Type.Array(record({ chain: Type.Optional(name), level: Type.String() }), { minItems: 1 }),
]);
export type Condition = Immutable<Static<typeof condition>>;

/** Said about a statement, without effect on its meaning. `until` is an ISO date: `check` fails after it; what is emitted stays. */
const caveat = record({
  until: Type.Optional(Type.String({ pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" })),
  acceptRisk: Type.Array(Type.String({ pattern: "^KSP3[0-9]{3}$" })),
  reason: Type.Optional(Type.String()),
  owner: Type.Optional(Type.String()),
  ticket: Type.Optional(Type.String()),
});
export type Caveat = Immutable<Static<typeof caveat>>;

// ---- statements ----------------------------------------------------------------------------------------------------

const link = record({
  id: statementId,
  name,
  devices,
  role: Type.Union([Type.Literal("outside"), Type.Literal("inside")]),
});
export type Link = Immutable<Static<typeof link>>;

/** `order` is the fail-over order. `host` is the name that `addresses` were pinned for. */
const server = record({
  host: Type.Optional(Type.String()),
  addresses,
  transport,
  order: Type.Integer({ minimum: 0 }),
});
export type Server = Immutable<Static<typeof server>>;

/** A local program that carries a tunnel's packets to its own servers; only the tunnel's carrier may send to where it listens. */
const helper = record({
  id: statementId,
  name,
  servers: Type.Array(server, { minItems: 1 }),
  carrier: identities,
  listen: record({
    address: addresses,
    transport: Type.Union([Type.Literal("tcp"), Type.Literal("udp")]),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
  }),
});
export type Helper = Immutable<Static<typeof helper>>;

export const tunnelSchema = record({
  id: statementId,
  name,
  protocol: Type.Union([
    Type.Literal("wireguard"),
    Type.Literal("openvpn"),
    Type.Literal("ipsec"),
    Type.Literal("other"),
  ]),
  devices,
  /** With the helpers at least one. */
  servers: Type.Array(server),
  helpers: Type.Optional(Type.Array(record({ helper: name, order: Type.Integer({ minimum: 0 }) }), { minItems: 1 })),
  carrier: identities,
  address: tagged(record({ kind: Type.Literal("static"), addresses }), record({ kind: Type.Literal("assigned") })),
  carries: record({ everything: Type.Boolean(), prefixes: Type.Optional(addresses) }),
});
export type Tunnel = Immutable<Static<typeof tunnelSchema>>;

/** Tunnels nested in order. Every tunnel is in exactly one chain; a lone tunnel is a chain of one with its own name. */
export const chainSchema = record({ name, hops: Type.Array(name, { minItems: 1 }) });
export type Chain = Immutable<Static<typeof chainSchema>>;

export const dnsSchema = record({
  id: statementId,
  /** In the order of asking; not sorted, unlike every other address set. `dns none` has no entry. */
  resolvers: addresses,
  owner: Type.Optional(identity),
  app: Type.Optional(name),
  path,
  suffixes: Type.Array(Type.String()),
  /** Port 53 of this machine and of inside links is rewritten to the first resolver. */
  redirect: Type.Optional(Type.Literal(true)),
  caveat,
});
export type Dns = Immutable<Static<typeof dnsSchema>>;

/** A name whose addresses the runtime refreshes inside `within`; `pinned` until it does. */
export const hostSchema = record({ id: statementId, host: Type.String(), pinned: addresses, within: addresses });
export type Host = Immutable<Static<typeof hostSchema>>;

const opening = tagged(
  record({ kind: Type.Literal("dhcp"), path }),
  record({ kind: Type.Literal("dhcp-server"), path }),
  record({ kind: Type.Literal("router-advertisement"), path }),
  record({ kind: Type.Literal("discovery"), path }),
  record({ kind: Type.Literal("lan"), path }),
  /** A name whose addresses the runtime refreshes inside `within`; `pinned` until it does. */
  record({ kind: Type.Literal("host"), host: Type.String(), pinned: addresses, within: addresses, transport, path }),
  record({ kind: Type.Literal("packets"), pattern }),
);
export type Opening = Immutable<Static<typeof opening>>;
const allow = record({ id: statementId, opening, while: condition, caveat });
export type Allow = Immutable<Static<typeof allow>>;
const deny = record({ id: statementId, pattern, while: condition, caveat });
export type Deny = Immutable<Static<typeof deny>>;

const change = tagged(
  record({ kind: Type.Literal("masquerade") }),
  /** `to` holds one address. */
  record({
    kind: Type.Literal("rewrite"),
    to: addresses,
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535 })),
  }),
);
/** Forwarded packets from one side to another, opened in that direction. The sides are links or tunnels. */
const forward = record({
  id: statementId,
  from: path,
  to: path,
  sources: Type.Optional(addresses),
  destinations: Type.Optional(addresses),
  transport: Type.Optional(transport),
  change: Type.Optional(change),
  while: condition,
  caveat,
});
export type Forward = Immutable<Static<typeof forward>>;

export const appSchema = record({
  id: statementId,
  name,
  identity: record({
    linux: Type.Optional(identity),
    windows: Type.Optional(identity),
    macos: Type.Optional(identity),
  }),
  traffic: Type.Union([Type.Literal("tunnel"), Type.Literal("outside"), Type.Literal("none")]),
  onLoss: Type.Union([Type.Literal("pause"), Type.Literal("keep")]),
});
export type App = Immutable<Static<typeof appSchema>>;

const probe = tagged(
  record({ kind: Type.Literal("interface") }),
  record({ kind: Type.Literal("handshake"), within: milliseconds }),
  record({ kind: Type.Literal("management"), socket: Type.String({ pattern: "^/", maxLength: longestSocketPath }) }),
  record({ kind: Type.Literal("route"), prefixes: addresses }),
  record({
    kind: Type.Literal("heartbeat"),
    targets: addresses,
    every: milliseconds,
    lostAfter: Type.Integer({ minimum: 1 }),
  }),
);
export type Probe = Immutable<Static<typeof probe>>;
export const watchSchema = record({ id: statementId, tunnel: name, probes: Type.Array(probe, { minItems: 1 }) });
export type Watch = Immutable<Static<typeof watchSchema>>;

export const reconnectSchema = record({
  id: statementId,
  tunnel: name,
  argv: record({
    linux: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    windows: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    macos: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  }),
  backoff: Type.Optional(record({ from: milliseconds, to: milliseconds })),
});
export type Reconnect = Immutable<Static<typeof reconnectSchema>>;

/** A state of its own: everything down, and this opening, until the kernel closes it by itself. */
export const portalSchema = record({
  id: statementId,
  limit: milliseconds,
  owner: Type.Optional(identity),
  app: Type.Optional(name),
  destinations: Type.Optional(addresses),
  /** Port 53 to the resolvers that the link's DHCP gave. */
  dns: Type.Boolean(),
  transport,
  caveat,
});
export type Portal = Immutable<Static<typeof portalSchema>>;

const expectation = record({
  id: statementId,
  verdict: Type.Union([Type.Literal("allow"), Type.Literal("drop")]),
  pattern,
  reply: Type.Boolean(),
  while: condition,
});
export type Expect = Immutable<Static<typeof expectation>>;

const refusal = Type.Union([Type.Literal("reject"), Type.Literal("drop")]);
export const controlSchema = record({
  group: Type.Optional(Type.String()),
  disable: Type.Union([Type.Literal("never"), Type.Literal("allowed"), milliseconds]),
  confirmWithin: Type.Optional(milliseconds),
});
export type Control = Immutable<Static<typeof controlSchema>>;

/** How the user is told; the daemon's own log always is. */
export const alertsSchema = Type.Array(Type.Union([Type.Literal("desktop"), Type.Literal("log")]));

export const policySchema = record({
  language: Type.Literal(1),
  name,
  links: Type.Array(link),
  helpers: Type.Array(helper),
  tunnels: Type.Array(tunnelSchema),
  chains: Type.Array(chainSchema),
  dns: Type.Array(dnsSchema),
  ipv6: Type.Union([Type.Literal("tunnel"), Type.Literal("block")]),
  allows: Type.Array(allow),
  denies: Type.Array(deny),
  forwards: Type.Array(forward),
  apps: Type.Array(appSchema),
  watches: Type.Array(watchSchema),
  reconnects: Type.Array(reconnectSchema),
  portal: Type.Optional(portalSchema),
  expects: Type.Array(expectation),
  /** Whose packets are protected: everybody's, or those of the declared apps. */
  scope: Type.Union([Type.Literal("machine"), Type.Literal("apps")]),
  blocked: record({ out: refusal, forward: refusal }),
  log: Type.Optional(record({ count: Type.Integer({ minimum: 1 }), per: milliseconds })),
  alerts: alertsSchema,
  control: controlSchema,
});
/** Everything is sorted by name or id: the order of statements means nothing. */
export type Policy = Immutable<Static<typeof policySchema>>;
