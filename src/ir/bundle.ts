import { createHash } from "node:crypto";
import Type, { type Static } from "typebox";
import type { Plan } from "./plan.ts";
import {
  alertsSchema,
  appSchema,
  chainSchema,
  controlSchema,
  dnsSchema,
  hostSchema,
  type Policy,
  portalSchema,
  reconnectSchema,
  type Tunnel,
  tunnelSchema,
  watchSchema,
} from "./policy.ts";
import { type Immutable, name, record, statementId } from "./schema.ts";
import { type Target, targets } from "./targets.ts";

/** What the runtime loads: digests of all files, and its own part of the policy. It never sees a policy's source. */
export const bundleSchema = record({
  schema: Type.Literal(1),
  policy: name,
  targets: Type.Array(Type.Unsafe<Target>({ enum: targets }), { minItems: 1 }),
  /** Path below the bundle's folder → SHA-256 of the file, in hex. */
  files: Type.Record(Type.String(), Type.String({ pattern: "^[0-9a-f]{64}$" })),
  /** Properties that hold for every packet. */
  proofs: Type.Array(Type.String({ pattern: "^KSP3[0-9]{3}$" })),
  acceptedRisks: Type.Array(
    record({ id: statementId, codes: Type.Array(Type.String()), reason: Type.Optional(Type.String()) }),
  ),
  /** What a backend cannot hold, and under which assumption. */
  deviations: Type.Array(Type.String()),
  /** Keys of the states, from all down to all up. */
  states: Type.Array(Type.String(), { minItems: 1 }),
  runtime: record({
    tunnels: Type.Array(Type.Pick(tunnelSchema, ["name", "protocol", "devices", "servers", "carries"])),
    chains: Type.Array(chainSchema),
    watches: Type.Array(watchSchema),
    reconnects: Type.Array(reconnectSchema),
    portal: Type.Optional(portalSchema),
    alerts: alertsSchema,
    apps: Type.Array(appSchema),
    dns: Type.Array(dnsSchema),
    /** Names whose addresses are refreshed within their bounds. */
    hosts: Type.Optional(Type.Array(hostSchema, { minItems: 1 })),
    control: controlSchema,
  }),
  settings: Type.Array(
    record({ kind: Type.Literal("sysctl"), key: Type.String(), atLeast: Type.Integer(), reason: Type.String() }),
  ),
});
export type Bundle = Immutable<Static<typeof bundleSchema>>;

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export interface Compiled {
  readonly policy: Policy;
  /** One for each system; their states are the same. */
  readonly plans: readonly Plan[];
  readonly targets: readonly Target[];
  readonly deviations: readonly string[];
  readonly proofs: readonly string[];
  readonly files: ReadonlyMap<string, string>;
}

export function bundle({ policy, plans, targets, deviations, proofs, files }: Compiled): Bundle {
  const { tunnels, chains, watches, reconnects, portal, alerts, apps, dns, control } = policy;
  const hosts = policy.allows.flatMap(({ id, opening }) =>
    opening.kind === "host" ? [{ id, host: opening.host, pinned: opening.pinned, within: opening.within }] : [],
  );
  const stated = [...policy.allows, ...policy.denies, ...policy.dns, ...policy.forwards, ...(portal ? [portal] : [])];
  return {
    schema: 1,
    policy: policy.name,
    targets: [...targets],
    files: Object.fromEntries([...files].map(([path, text]) => [path, sha256(text)])),
    proofs: [...proofs],
    acceptedRisks: stated
      .filter(({ caveat }) => caveat.acceptRisk.length > 0)
      .map(({ id, caveat: { acceptRisk, reason } }) => ({
        id,
        codes: acceptRisk,
        ...(reason !== undefined && { reason }),
      })),
    deviations: [...deviations],
    states: plans[0]?.states.map(({ state }) => state) ?? [],
    runtime: {
      tunnels: tunnels.map(runtimeTunnel),
      chains,
      watches,
      reconnects,
      ...(portal && { portal }),
      alerts,
      apps,
      dns,
      ...(hosts.length > 0 && { hosts }),
      control,
    },
    settings: plans.flatMap(({ settings }) => settings),
  };
}

const runtimeTunnel = ({
  name,
  protocol,
  devices,
  servers,
  carries,
}: Tunnel): Bundle["runtime"]["tunnels"][number] => ({
  name,
  protocol,
  devices,
  servers,
  carries,
});
