import { arePortsIn, type PortSet, portsOverlap } from "../../../net/port-set.ts";
import { protocolNumber, type Transport } from "../../../net/protocol.ts";

const every: PortSet = [{ first: 0, last: 65535 }];
export const hasPorts = (transport: Transport | undefined): transport is Extract<Transport, { kind: "tcp" | "udp" }> =>
  transport?.kind === "tcp" || transport?.kind === "udp";

export function transportsOverlap(a: Transport, b: Transport): boolean {
  if (protocolNumber(a) !== protocolNumber(b)) return false;
  if (!hasPorts(a) || !hasPorts(b)) return true;
  return portsOverlap(a.destinationPorts ?? every, b.destinationPorts ?? every);
}

/** Every packet of the one is a packet of the other. Unsaid means all. False where it is not plain. */
export function isTransportIn(a: Transport | undefined, b: Transport | undefined): boolean {
  if (!b) return true;
  if (a && b.kind === "protocol") return protocolNumber(a) === b.number;
  if (!a || a.kind !== b.kind) return false;
  if (hasPorts(a) && hasPorts(b))
    return (
      arePortsIn(a.sourcePorts ?? every, b.sourcePorts ?? every) &&
      arePortsIn(a.destinationPorts ?? every, b.destinationPorts ?? every)
    );
  if ("types" in b && b.types) return "types" in a && (a.types?.every((type) => b.types?.includes(type)) ?? false);
  return true;
}
