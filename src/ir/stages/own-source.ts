import type { Tunnel } from "../policy.ts";
import type { Match } from "../ruleset.ts";
import type { State } from "../states.ts";

/** The tunnel's own address as a source: literal where it is static, by the interface where it is assigned. At boot an assigned one is unknown. */
export function ownSource(tunnel: Tunnel, state: State): Pick<Match, "source" | "sourceLocality"> {
  if (tunnel.address.kind === "static") return { source: { set: tunnel.address.addresses } };
  return state.mode === "lockdown" ? {} : { sourceLocality: ["local"] };
}
