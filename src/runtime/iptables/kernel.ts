import { layGroups } from "../apps/grounds.ts";
import type { Copy } from "../firewall/backend.ts";
import type { Fault, Kernel, Listed, Listing } from "../firewall/kernel.ts";
import { beside, readBack } from "../firewall/read-back.ts";
import { lacksIpv6 } from "../system/ipv6.ts";
import { complaint, faultIn, faultOf, run } from "../system/program.ts";
import { Standby } from "../system/standby.ts";
import { IptablesListener } from "./hearing.ts";
import { parseSaved, parseSets, type Saved, type Shape, shapeIn } from "./listing.ts";
import type { Asked } from "./meaning.ts";
import type { Programs } from "./programs.ts";
import { filledSets, fillText } from "./sets.ts";

const reader = beside("meaning-thread", import.meta.url);

export interface IptablesOptions {
  readonly programs: Programs;
  /** `load.sh`, which lacks a name. */
  readonly command: (folder: string) => readonly string[];
}

/** The rules of a bundle as iptables, both families, and its sets. */
export function iptablesKernel({ files, folder, write }: Copy, { programs, command }: IptablesOptions): Kernel {
  const sets = files.get("iptables/sets.ipset");
  const filled = filledSets(sets ?? "");
  const shape = shapeIn(files);
  const groups = [...(files.get("iptables/ruleset.v4") ?? "").matchAll(/ --path (\S+)/g)].map(([, path = ""]) => path);
  const standby = new Standby(command(folder));
  return {
    grounds: () => layGroups(groups),
    load: async (name) => faultIn(await standby.run(name, 60_000)),
    canFill: (table) => fillText(filled, table, []) !== "",
    fill: async (table, addresses) => {
      await write(`${table}.ipset`, fillText(filled, table, addresses));
      return faultOf(["ipset", "restore", "-file", `${folder}/${table}.ipset`], { milliseconds: 60_000 });
    },
    list: () => list(programs, shape, sets !== undefined),
    glance: (expected) => glance(expected, programs, shape),
    hasTold: () => false,
    meaning: ([v4 = "", saved = "", v6], state) =>
      readBack(reader, { listed: { v4, ...(v6 !== undefined && { v6 }), sets: saved }, files, state } satisfies Asked),
    listen: (on) => new IptablesListener(on, programs),
    stop: () => standby.stop(),
  };
}

async function save({ v4, v6 }: Programs): Promise<Saved | Fault> {
  const [four, six] = await Promise.all([v4, v6].map((program) => run([`${program}-save`], { milliseconds: 30_000 })));
  if (!four || !six) return { fault: "nothing was listed" };
  if (four.status !== 0) return { fault: complaint(four) };
  const isThere = six.status === 0 && six.stdout.includes("\n:ksp_");
  if (!isThere && (await lacksIpv6())) return { v4: four.stdout };
  return six.status === 0 ? { v4: four.stdout, v6: six.stdout } : { fault: complaint(six) };
}

async function list(programs: Programs, shape: Shape, hasSets: boolean): Promise<Listed | Fault> {
  const [saved, sets] = await Promise.all([
    save(programs),
    hasSets ? run(["ipset", "save"], { milliseconds: 30_000 }) : undefined,
  ]);
  if ("fault" in saved) return saved;
  if (sets && sets.status !== 0) return { fault: complaint(sets) };
  const listed = sets?.stdout ?? "";
  return {
    ...parseSaved(saved, shape),
    filled: parseSets(listed),
    texts: [saved.v4, listed, ...(saved.v6 === undefined ? [] : [saved.v6])],
  };
}

/** Every rule, and no list: rules are few, however long lists are. */
async function glance(expected: Listing, programs: Programs, shape: Shape): Promise<Listing | Fault> {
  const saved = await save(programs);
  return "fault" in saved ? saved : { ...expected, ...parseSaved(saved, shape) };
}
