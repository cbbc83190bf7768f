import { channelFault } from "../probes/management-place.ts";
import type { Watched } from "../probes/watch.ts";

export interface LostChannel {
  readonly tunnel: string;
  /** Why OpenVPN cannot be asked there. */
  readonly fault: string;
}

/** The tunnels whose OpenVPN has no management channel where the policy says. */
export async function lostChannels(watched: readonly Watched[]): Promise<readonly LostChannel[]> {
  const asked = watched.flatMap(({ tunnel, probes }) =>
    probes.flatMap((probe) => (probe.kind === "management" ? [{ tunnel, socket: probe.socket }] : [])),
  );
  const found = await Promise.all(
    asked.map(async ({ tunnel, socket }) => ({ tunnel, fault: await channelFault(socket) })),
  );
  return found.flatMap(({ tunnel, fault }) => (fault === undefined ? [] : [{ tunnel, fault }]));
}
