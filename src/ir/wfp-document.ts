import Type, { type Static } from "typebox";
import { type Immutable, record } from "./schema.ts";

/** What is in force on Windows in one state: filters of the Windows Filtering Platform, with every name still to be looked up on the machine. */

const guid = Type.String({ pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$" });

/** Alternatives. An empty list would be no condition, and match everything. */
const some = <const T extends Type.TSchema>(items: T) => Type.Array(items, { minItems: 1 });

export const wfpLayers = [
  "connect-v4",
  "connect-v6",
  "accept-v4",
  "accept-v6",
  "forward-v4",
  "forward-v6",
  "error-out-v4",
  "error-out-v6",
  "error-in-v4",
  "error-in-v6",
] as const;
export type WfpLayer = (typeof wfpLayers)[number];

/** `10.0.0.0/8`, `192.0.2.1`, `192.0.2.1-192.0.2.9`. */
const addresses = some(Type.String({ pattern: "^[0-9a-f.:]+(/[0-9]{1,3}|-[0-9a-f.:]+)?$" }));
/** `53`, `8000-8100`. */
const ports = some(Type.String({ pattern: "^[0-9]{1,5}(-[0-9]{1,5})?$" }));
const byte = Type.Integer({ minimum: 0, maximum: 255 });

/** All that are given must hold, and of each list one. Local and remote are the ends of a flow, whoever opened it. */
const conditions = record({
  loopback: Type.Optional(Type.Literal(true)),
  /** Aliases. An interface that is not there has no packets. */
  interface: Type.Optional(some(Type.String({ minLength: 1 }))),
  localAddressType: Type.Optional(
    some(Type.Union([Type.Literal("unicast"), Type.Literal("multicast"), Type.Literal("broadcast")])),
  ),
  localAddress: Type.Optional(addresses),
  remoteAddress: Type.Optional(addresses),
  /** IANA's numbers. */
  protocol: Type.Optional(some(byte)),
  icmpType: Type.Optional(some(byte)),
  localPort: Type.Optional(ports),
  remotePort: Type.Optional(ports),
  /** A path with its drive, or `System`. */
  program: Type.Optional(some(Type.String({ pattern: '^(System|[A-Za-z]:\\\\[^"<>|?*%/]+)$' }))),
  service: Type.Optional(some(Type.String({ pattern: '^[^/\\\\"]+$' }))),
});

const filter = record({
  /** The id of the statement that asked for it, or `built-in-…`. */
  name: Type.String({ minLength: 1 }),
  layer: Type.Unsafe<WfpLayer>({ type: "string", enum: wfpLayers }),
  /** The heaviest filter of a layer that matches decides; those of one weight have one action. */
  weight: Type.Integer({ minimum: 1, maximum: 65535 }),
  action: Type.Union([Type.Literal("permit"), Type.Literal("block")]),
  /** `static` lasts until the Base Filtering Engine stops, `persistent` comes back with it, `boot` holds before it starts. */
  lifetime: Type.Union([Type.Literal("static"), Type.Literal("persistent"), Type.Literal("boot")]),
  when: conditions,
  /** A UUID (version 5) of all of the above. */
  key: guid,
});

export const wfpDocumentSchema = record({
  format: Type.Literal("ksp-wfp/1"),
  policy: Type.String({ minLength: 1 }),
  state: Type.String({ minLength: 1 }),
  provider: record({ key: guid, name: Type.String({ minLength: 1 }) }),
  sublayer: record({
    key: guid,
    name: Type.String({ minLength: 1 }),
    weight: Type.Integer({ minimum: 1, maximum: 65535 }),
  }),
  filters: some(filter),
});

export type WfpDocument = Immutable<Static<typeof wfpDocumentSchema>>;
export type WfpFilter = WfpDocument["filters"][number];
export type WfpConditions = WfpFilter["when"];
