import type { Endpoint } from "./classify.ts";
import type { Process } from "./process.ts";

/** A VPN of the laboratory: its server runs from the start, its client is started and ended by the case. */
export type Vpn = {
  /** The client's interface. */
  readonly interface: string;
  readonly endpoint: Endpoint;
  /** An address inside the tunnel that answers pings. */
  readonly heartbeat: string;
  /** Other addresses that only this tunnel reaches. */
  readonly inside: readonly string[];
  /** Starts the client. WireGuard shakes hands with the first packet; OpenVPN is connected when this returns. */
  readonly start: () => Promise<void>;
  /** The running client. Throws when there is none. */
  readonly process: () => Process;
};

export const running = (name: string, process: Process | undefined): Process => {
  if (process === undefined) throw new Error(`${name} was never started`);
  return process;
};
