import { fileURLToPath } from "node:url";
import type { Namespace } from "./namespace.ts";

/** A packet to send, and how. */
export type Shot = {
  readonly serial: number;
  /** In hexadecimal, the IP header first. */
  readonly bytes: string;
  /** The entry of connection tracking to make before, and to remove after. */
  readonly connection?: string;
} & (
  | {
      /** The interface that a raw socket is bound to; to none where it is empty, and routes decide. */
      readonly by: string;
      readonly to: string;
      readonly mark: number;
      readonly uid: number;
      readonly gid: number;
      readonly slice?: string;
      /** A later fragment, which the kernel must not wait to complete. */
      readonly fragment?: boolean;
    }
  /**
   * Arrives as if from outside: `tun NAME`, or an interface and the other end of its wire. An interface alone puts it on its
   * own wire, below everything that knows of IP.
   */
  | { readonly on: string }
);

/** A packet in a hook: the group that the rule logs to, the two interfaces, the first bytes in hexadecimal. */
export type Sighting = readonly [
  serial: number,
  group: number,
  inInterface: string,
  outInterface: string,
  bytes: string,
];

export type Step = {
  /** Text for nftables. */
  readonly load?: string;
  /** Programs that load other rules, after it. */
  readonly run?: readonly (readonly string[])[];
  readonly packets: readonly Shot[];
};
export type Sent = { readonly seen: readonly Sighting[] };

const program = fileURLToPath(new URL("send.py", import.meta.url));

/** Loads each step's rules and sends its packets, in one process; tells where rules that log to `groups` saw them. */
export const send = async (
  at: Namespace,
  steps: readonly Step[],
  { groups = [], open = [] }: { readonly groups?: readonly number[]; readonly open?: readonly string[] } = {},
): Promise<readonly Sent[]> => {
  const input = JSON.stringify({ open, groups, steps: steps.map((step) => ({ load: "", run: [], ...step })) });
  return JSON.parse(await at.run(["python3", program], { input, milliseconds: 120_000 }));
};
