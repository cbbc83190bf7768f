import { leaked } from "../lab/classify.ts";
import { missing } from "../lab/requirements.ts";
import { buildDisk, type Disk, type Furnish } from "./disk.ts";
import type { Sent } from "./frames.ts";
import { openImage } from "./image.ts";
import { type Machine, type Report, startMachine } from "./machine.ts";
import type { PowerOptions } from "./power.ts";
import { openProvider } from "./provider.ts";

/** A stretch of a machine's life, and what it sent in it. */
export interface Stretch {
  readonly name: string;
  /** Whether rules of ours had to be in force: then nothing may have left in clear. Without them something must have. */
  readonly isGuarded: boolean;
  readonly leaked: number;
  readonly counts: Sent;
}

/** Tells of the stretch from a moment until now, or until another moment; gives its end. */
export type Tell = (name: string, isGuarded: boolean, from: number, to?: number) => Promise<number>;

export interface Scenario {
  readonly name: string;
  readonly kernel: PowerOptions["kernel"];
  readonly parameters?: string;
  /** What it has beyond Debian. */
  readonly furnish: Furnish;
  readonly live: (machine: Machine, tell: Tell) => Promise<void>;
}

/** A provider's line, with what its machines need. */
export interface Workshop {
  /** Switches a machine on, and lets it live. */
  readonly run: (scenario: Scenario) => Promise<readonly Stretch[]>;
  readonly close: () => Promise<void>;
}

export async function openWorkshop(report?: Report): Promise<Workshop> {
  const lacking = missing("dnsmasq", "gcc", "lz4", "mke2fs", "qemu-system-x86_64");
  if (lacking.length > 0)
    throw new Error(`whole machines need ${lacking.join(", ")}: run scripts/install-tools.sh machines as root`);
  const [image, provider] = await Promise.all([openImage(), openProvider()]);
  const disks = new Map<Furnish, Disk>();
  const diskOf = async (furnish: Furnish): Promise<Disk> => {
    const disk = disks.get(furnish) ?? (await buildDisk(provider.servers, furnish));
    disks.set(furnish, disk);
    return disk;
  };
  return {
    run: async ({ live, kernel, parameters = "", furnish }) => {
      const { file: disk } = await diskOf(furnish);
      const machine = await startMachine(provider, { image, disk, kernel, parameters }, report);
      const stretches: Stretch[] = [];
      const tell: Tell = async (name, isGuarded, from, to) => {
        const end = to ?? (await machine.now());
        const counts = await machine.sent(from, end);
        stretches.push({ name, isGuarded, leaked: leaked(counts), counts });
        return end;
      };
      await live(machine, tell).finally(machine.scrap);
      return stretches;
    },
    close: async () => {
      await provider.close();
      for (const { remove } of disks.values()) await remove();
    },
  };
}

/** What must not be, in words. */
export const faultsOf = (stretches: readonly Stretch[]): readonly string[] =>
  stretches
    .filter(({ isGuarded, leaked }) => isGuarded !== (leaked === 0))
    .map(({ name, isGuarded, leaked, counts }) =>
      isGuarded
        ? `${name}: ${leaked} frames left in clear: ${JSON.stringify(counts)}`
        : `${name}: nothing left without rules, so a zero with them says nothing`,
    );
