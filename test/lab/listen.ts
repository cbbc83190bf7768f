import { setTimeout as pause } from "node:timers/promises";
import type { Namespace } from "./namespace.ts";

export type Listening = {
  /** Ends it; gives a line of words for each frame that was seen. */
  readonly stop: () => Promise<readonly string[]>;
};

/**
 * Watches the frames of an interface that fit a filter of tcpdump's: `udp port 53`, `src host 192.168.50.10`; both ways, or
 * only what comes in by it.
 */
export const listen = async (
  at: Namespace,
  device: string,
  filter: string,
  way: "in" | "inout" = "inout",
): Promise<Listening> => {
  // Its ring holds so many frames of that length: of whole ones it would be eight.
  const watching = "tcpdump -n -l -q -t -Z root --immediate-mode -s 512 -i".split(" ");
  const tcpdump = await at.spawn([...watching, device, "-Q", way, filter]);
  await tcpdump.until("listening on");
  return {
    stop: async () => {
      await pause(50); // a frame of this moment is still being written
      const { stdout, stderr } = await tcpdump.kill("SIGINT");
      if (!/^0 packets dropped by kernel$/m.test(stderr)) throw new Error(`frames were missed: ${stderr}`);
      return stdout.split("\n").filter((text) => text !== "");
    },
  };
};
