import type { Direction, Match } from "../../ir/ruleset.ts";
import type { WfpLayer } from "../../ir/wfp-document.ts";
import type { Family } from "../../net/address.ts";
import { protocolNumber } from "../../net/protocol.ts";

/** Where a filter stands: Windows shows errors of ICMP at layers of their own, and there no program, no protocol and no port. */
export interface Place {
  readonly layer: WfpLayer;
  readonly direction: Direction;
  readonly family: Family;
  readonly isError: boolean;
}

const version: Readonly<Record<Family, "v4" | "v6">> = { ipv4: "v4", ipv6: "v6" };
const layers = { out: ["connect", "error-out"], in: ["accept", "error-in"], forward: ["forward"] } as const;

export const places: readonly Place[] = (["out", "in", "forward"] as const).flatMap((direction) =>
  layers[direction].flatMap((name, i) =>
    (["ipv4", "ipv6"] as const).map((family) => ({
      layer: `${name}-${version[family]}` as const,
      direction,
      family,
      isError: i === 1,
    })),
  ),
);

/** Destination unreachable, source quench, redirect, time exceeded, parameter problem (RFC 792); below 128 (RFC 4443). */
const isErrorType: Readonly<Record<Family, (type: number) => boolean>> = {
  ipv4: (type) => [3, 4, 5, 11, 12].includes(type),
  ipv6: (type) => type < 128,
};

/** The types of ICMP that a match asks for at a place; undefined: any. An empty list: none is seen there. */
export function typesAt({ transport, related }: Match, { family, isError }: Place): readonly number[] | undefined {
  const isIcmp = transport !== undefined && protocolNumber(transport) === (family === "ipv4" ? 1 : 58);
  if (isError ? transport !== undefined && !isIcmp : related !== undefined) return [];
  if (!transport || (transport.kind !== "icmp" && transport.kind !== "icmpv6")) return undefined;
  return transport.types?.filter((type) => isErrorType[family](type) === isError);
}
