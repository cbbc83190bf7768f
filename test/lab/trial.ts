import { setTimeout as pause } from "node:timers/promises";
import type { Bundle } from "./bundle.ts";
import type { Counts } from "./classify.ts";
import type { Offered } from "./flood-program.ts";
import type { Lab } from "./lab.ts";
import { internet } from "./line.ts";
import type { Vpn } from "./vpn.ts";

export type Trial = {
  /** In `down`, tunnel there: whether an application's ping into it was answered, and when the daemon's was. */
  readonly downPing: boolean;
  readonly firstProbe: number | undefined;
  /** In `up`: whether an application reaches the internet. */
  readonly upPing: boolean;
  /** What the flood tried, and what the client sent meanwhile: tunnel up, killed, and switched to `down`. */
  readonly offered: Offered;
  readonly counts: Counts;
  /** Milliseconds from the start of the new client to the first answer, and whether an application gets through again. */
  readonly back: number | undefined;
  readonly backPing: boolean;
};

/** Puts rules in force. */
export type Load = (what: "ruleset" | "switch/up" | "switch/down") => Promise<void>;

export const byNft =
  ({ client }: Lab, bundle: Bundle): Load =>
  (what) =>
    client.nft(bundle.read(`${what}.nft`));

/**
 * The case that a kill switch is for. The rules are there first; the tunnel comes up through them; it is killed under a flood,
 * while the rules still say `up`; the daemon notices and says `down`; the tunnel comes back. Without something that
 * loads rules the same happens without rules.
 */
export const killUnderFlood = async (
  lab: Lab,
  vpn: Vpn,
  load: Load = async () => {},
  tell: (step: string) => void = () => {},
): Promise<Trial> => {
  const up = async (): Promise<boolean> => {
    await load("switch/up");
    return lab.ping(internet.ipv4);
  };

  await load("ruleset");
  tell("the tunnel comes up");
  await vpn.start();
  const downPing = await lab.ping(vpn.heartbeat);
  const firstProbe = await lab.probe(vpn);
  const upPing = await up();

  tell("an application floods through it");
  const capture = await lab.capture(vpn);
  const flood = await lab.flood(vpn);
  await pause(1_000);
  tell("the VPN is killed, the flood goes on");
  await vpn.process().kill("SIGKILL");
  await pause(1_500);
  await load("switch/down");
  await pause(500);
  const offered = await flood.stop();
  const counts = await capture.stop();

  tell("the VPN is started again");
  const restart = performance.now();
  await vpn.start();
  const answered = await lab.probe(vpn);
  const back = answered === undefined ? undefined : performance.now() - restart;
  return { downPing, firstProbe, upPing, offered, counts, back, backPing: await up() };
};
