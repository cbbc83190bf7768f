import { readFileSync } from "node:fs";
import { type Counts, count, type Endpoint } from "./classify.ts";
import { gateway } from "./line.ts";
import type { Namespace } from "./namespace.ts";
import { readPcap } from "./pcap.ts";
import { eventually } from "./process.ts";

export type Capture = {
  /** Ends the capture and counts what the client sent. Rejects when a single frame was missed. */
  readonly stop: () => Promise<Counts>;
};

const received = async (router: Namespace): Promise<number> => {
  const [link] = JSON.parse(await router.run(["ip", "-j", "-s", "link", "show", gateway.interface]));
  return Number(link.stats64.rx.packets);
};

/** Captures every frame that the client sends, from the moment this returns. */
export const startCapture = async (
  router: Namespace,
  file: { readonly inside: string; readonly outside: string },
  endpoints: readonly Endpoint[],
): Promise<Capture> => {
  const listen = ["-i", gateway.interface, "-Q", "in", "--immediate-mode", "-B", "32768", "-s", "256"];
  const tcpdump = await router.spawn(["tcpdump", "-n", "-U", "-Z", "root", ...listen, "-w", file.inside]);
  await tcpdump.until("listening on");
  const before = await received(router);
  const stop = async (): Promise<Counts> => {
    // The card's own counter says how many frames there were: the capture waits until it has them all.
    const expected = (await received(router)) - before;
    await eventually(`the capture to hold ${expected} frames`, () => wholeFrames(file.outside) >= expected, 5_000);
    const { stderr } = await tcpdump.kill("SIGINT");
    if (!/^0 packets dropped by kernel$/m.test(stderr)) throw new Error(`the capture missed frames: ${stderr}`);
    const frames = readPcap(readFileSync(file.outside));
    return count(
      frames.map(({ bytes }) => bytes),
      endpoints,
    );
  };
  return { stop };
};

const wholeFrames = (path: string): number => {
  try {
    return readPcap(readFileSync(path)).length;
  } catch {
    return 0; // tcpdump is in the middle of a frame: asked again
  }
};
