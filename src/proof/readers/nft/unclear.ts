import type { Condition } from "./program.ts";

/** TCP, UDP, DCCP, SCTP, UDP-Lite. */
const showingPorts: readonly number[] = [6, 17, 33, 132, 136];

/** Why the questions of a rule mean nothing certain; undefined where they do. */
export function unclear(conditions: readonly Condition[]): string | undefined {
  const protocols = conditions.filter((c) => c.kind === "protocol");
  const isOfPorts = protocols.some(
    ({ spans, isNegated }) =>
      !isNegated && spans.every(({ first, last }) => first === last && showingPorts.includes(first)),
  );
  // It is read from whatever stands there.
  if (conditions.some((c) => c.kind === "port" && c.protocol === "any") && !isOfPorts) return "a port of any protocol";
  const isEstablished = conditions.some(
    (c) => c.kind === "state" && c.states.every((state) => state === "established"),
  );
  // An error about a flow goes either way, and the first packet of one has none yet.
  if (conditions.some((c) => c.kind === "way") && !isEstablished) return "the direction of what is not established";
  return undefined;
}
