import { beside } from "./beside.ts";
import type { Breaker } from "./breaker.ts";
import { hops } from "./hops.ts";
import { network } from "./network.ts";
import { openings } from "./openings.ts";
import { routes } from "./routes.ts";

/** By the headings of docs/attacks.md. */
export const groups: Readonly<Record<string, readonly Breaker[]>> = {
  "Packets that change their way": routes,
  "A chain of two hops": hops,
  "A hostile network": network,
  "Openings that are wider than meant": openings,
  "What else is on the machine": beside,
};

export const breakers: readonly Breaker[] = Object.values(groups).flat();
