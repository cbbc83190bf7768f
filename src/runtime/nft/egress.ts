import { exists } from "../system/exists.ts";
import { complaint, run } from "../system/program.ts";

export interface EgressOptions {
  /** Devices that the bundle has a hook for. */
  readonly devices: readonly string[];
  readonly path: (device: string) => string;
  readonly note: (text: string) => void;
}

/** Those that a bundle has a file for: `nft/egress/eth0.nft`. */
export const devicesOf = (files: ReadonlyMap<string, string>): readonly string[] =>
  [...files.keys()].flatMap((file) => /^nft\/egress\/(.+)\.nft$/.exec(file)?.[1] ?? []);

/**
 * Keeps a hook at each device that is there: before Linux 6.16 one that comes back has none, and a file for one that is away
 * does not load. While the protection is off there is none.
 */
export class Egress {
  readonly #options: EgressOptions;
  #isOn = false;
  #work: Promise<void> = Promise.resolve();
  readonly #faults = new Map<string, string>();

  constructor(options: EgressOptions) {
    this.#options = options;
  }

  /** Other rules were loaded: so are these, and hooks of no device of ours go. */
  load(isAnew: boolean): Promise<void> {
    this.#isOn = true;
    return this.#then(async () => {
      const tables = await listTables();
      const left = tables.filter((device) => !this.#options.devices.includes(device));
      for (const device of left)
        await this.#say(device, await run(["nft", "delete", "table", "netdev", `ksp-${device}`]));
      await this.#hook(isAnew ? [] : tables);
    });
  }

  /** `disable.nft` has taken them away. */
  off(): void {
    this.#isOn = false;
  }

  /** Interfaces came or went. */
  follow(): void {
    if (this.#isOn && this.#options.devices.length > 0) void this.#then(async () => this.#hook(await listTables()));
  }

  async #hook(hooked: readonly string[]): Promise<void> {
    for (const device of this.#options.devices)
      if (this.#isOn && !hooked.includes(device) && (await exists(`/sys/class/net/${device}`)))
        await this.#say(
          device,
          await run(["nft", "-f", this.#options.path(device)], { milliseconds: 30_000 }),
          "hooked",
        );
  }

  /** Each fault once, until it is mended. */
  async #say(device: string, ran: Awaited<ReturnType<typeof run>>, done = "no hook any more"): Promise<void> {
    const fault = ran.status === 0 ? done : complaint(ran);
    if (this.#faults.get(device) !== fault || ran.status === 0) this.#options.note(`egress of ${device}: ${fault}`);
    this.#faults.set(device, fault);
  }

  #then(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work, work).catch((error: unknown) => this.#options.note(`egress: ${error}`));
    return this.#work;
  }
}

/** Devices with a hook of ours. Kernels before 6.16 take the chain away with the device, and leave the table. */
async function listTables(): Promise<readonly string[]> {
  const { stdout } = await run(["nft", "list", "chains", "netdev"]);
  const found: string[] = [];
  let table = "";
  for (const line of stdout.split("\n")) {
    const [, name] = /^table netdev ksp-(\S+) \{$/.exec(line) ?? [];
    if (line.startsWith("table ")) table = name ?? "";
    else if (table !== "" && /type filter hook egress device/.test(line)) found.push(table);
  }
  return found;
}
