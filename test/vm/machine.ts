import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { countSent, type Sent } from "./frames.ts";
import { type Power, type PowerOptions, switchOn } from "./power.ts";
import type { Provider } from "./provider.ts";

/** A whole machine, boot after boot. Its processor is emulated: everything takes it fifteen times as long. */
export interface Machine {
  /** Runs a script in it that must succeed; gives what it said. */
  readonly run: (script: string, milliseconds?: number) => Promise<string>;
  /** Runs it again and again until it succeeds. */
  readonly until: (script: string, milliseconds?: number) => Promise<string>;
  /** The place of this moment among the frames of its line. */
  readonly now: () => Promise<number>;
  /** What it sent between two moments. */
  readonly sent: (from: number, to: number) => Promise<Sent>;
  /** Shuts down, and boots again; gives the moment between. */
  readonly reboot: () => Promise<number>;
  /** Shuts down, and stays off; gives the moment. */
  readonly shutDown: (how: "reboot" | "poweroff") => Promise<number>;
  readonly suspend: (milliseconds: number) => Promise<void>;
  /** Takes it apart, in whatever state it is. */
  readonly scrap: () => Promise<void>;
}

const usual = 120_000;

/** Hears of each step when it is done: what was done, and how many milliseconds it took. */
export type Report = (step: string, milliseconds: number) => void;

/** Builds a machine with a disk of its own, switches it on, and waits until it answers. */
export async function startMachine(
  provider: Provider,
  options: Omit<PowerOptions, "root">,
  report: Report = () => undefined,
): Promise<Machine> {
  const work = await mkdtemp(join(tmpdir(), "ksp-root-"));
  const root = join(work, "root.ext4");
  await copyFile(join(options.image, "root.ext4"), root);
  const timed = async <Result>(step: string, action: () => Promise<Result>): Promise<Result> => {
    const start = performance.now();
    const result = await action();
    report(step, performance.now() - start);
    return result;
  };
  const boot = (): Promise<Power> => timed("power on", () => switchOn(provider, { ...options, root }));
  /** Of all boots before the present one. */
  let earlier: readonly Uint8Array[] = [];
  let power = await boot();
  const frames = async (): Promise<readonly Uint8Array[]> => [...earlier, ...(await power.frames())];
  const shutDown = async (how: "reboot" | "poweroff"): Promise<number> => {
    power.start(`systemctl ${how}`);
    await timed(how, power.off);
    return (await frames()).length;
  };
  const [{ address, port }] = provider.servers;

  return {
    run: (script, milliseconds = usual) =>
      timed(script, async () => {
        const { status, output } = await power.execute(script, milliseconds);
        if (status !== 0) throw new Error(`\`${script}\`: status ${status}: ${output}`);
        return output;
      }),
    until: (script, milliseconds = usual) =>
      timed(`until ${script}`, async () => {
        const end = performance.now() + milliseconds;
        for (;;) {
          const { status, output } = await power.execute(script, milliseconds);
          if (status === 0) return output;
          if (performance.now() > end) {
            const journal = await power.execute(
              "uptime; wg show; ip rule; systemctl list-jobs; journalctl -n 40 -o short-monotonic",
              usual,
            );
            throw new Error(`waited ${milliseconds} ms: \`${script}\`: ${output}\n${journal.output}`);
          }
          // Each try starts four programs, and the boot that it waits for has the same two processors.
          await pause(1_000);
        }
      }),
    now: async () => (await frames()).length,
    sent: async (from, to) =>
      countSent((await frames()).slice(from, to), { protocol: "udp", addresses: [address], port }),
    reboot: async () => {
      const end = await shutDown("reboot");
      earlier = await frames();
      power = await boot();
      return end;
    },
    shutDown,
    suspend: (milliseconds) =>
      timed("sleep and wake", async () => {
        const asleep = power.event("SUSPEND");
        power.start("systemctl suspend");
        await asleep;
        await pause(milliseconds);
        const awake = power.event("WAKEUP");
        power.ask("system_wakeup");
        await awake;
        await power.execute("true", usual);
      }),
    scrap: async () => {
      await power.kill();
      await rm(work, { recursive: true });
    },
  };
}
