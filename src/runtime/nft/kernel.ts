import { layGroups } from "../apps/grounds.ts";
import type { Copy } from "../firewall/backend.ts";
import type { Fault, Kernel, Listed, Listing } from "../firewall/kernel.ts";
import { beside, readBack } from "../firewall/read-back.ts";
import { complaint, faultIn, type Ran, run } from "../system/program.ts";
import { Standby } from "../system/standby.ts";
import { askedOf } from "./asked.ts";
import { hasTold, parseListing, switchedIn } from "./listing.ts";
import { filledSets, fillText } from "./sets.ts";
import { Tampering } from "./tampering.ts";

const reader = beside("meaning-thread", import.meta.url);

/** The rules of a bundle as nftables. */
export function nftKernel({ files, folder, write }: Copy): Kernel {
  const ruleset = files.get("nft/ruleset.nft") ?? "";
  const switched = switchedIn(ruleset);
  const filled = filledSets(ruleset);
  const groups = [...ruleset.matchAll(/cgroupv2 level \d+ "([^"]+)"/g)].map(([, group = ""]) => group);
  /** In one transaction. A pipe could end in the middle when we are killed, at a place that loads. */
  const standby = new Standby(["nft", "-f"]);
  const load = async (name: string): Promise<string | undefined> =>
    faultIn(await standby.run(`${folder}/${name}.nft`, 30_000));
  return {
    load,
    list,
    grounds: () => layGroups(groups),
    canFill: (table) => fillText(filled, table, []) !== "",
    fill: async (table, addresses) => {
      await write(`${table}.nft`, fillText(filled, table, addresses));
      return load(table);
    },
    glance: (expected) => glance(expected, switched),
    hasTold: (heard, state) => hasTold(heard, switched, state),
    meaning: (texts, state) => readBack(reader, askedOf(files, texts, state)),
    listen: (on) => new Tampering(on),
    stop: () => standby.stop(),
  };
}

/** The table for ARP is not always there. */
async function list(): Promise<Listed | Fault> {
  const [inet, arp] = await Promise.all([listTable("inet"), listTable("arp")]);
  if (inet.status !== 0) return { fault: complaint(inet) };
  const isAbsent = arp.status !== 0 && /No such file or directory/.test(arp.stderr);
  if (arp.status !== 0 && !isAbsent) return { fault: complaint(arp) };
  const texts = [inet.stdout, ...(isAbsent ? [] : [arp.stdout])];
  const listing = parseListing(...texts);
  return listing ? { ...listing, texts } : { fault: "what nft lists is not understood" };
}

/** Protocols by number: their names are the machine's own. */
const listTable = (family: string): Promise<Ran> =>
  run(["nft", "-j", "-p", "list", "table", family, "ksp"], { milliseconds: 30_000 });

/** The chains that a switch replaces alone: lists of a hundred thousand addresses are not read each time. */
async function glance(expected: Listing, chains: readonly string[]): Promise<Listing | Fault> {
  const ran = await Promise.all(chains.map((chain) => run(["nft", "-j", "-p", "list", "chain", "inet", "ksp", chain])));
  const failed = ran.find(({ status }) => status !== 0);
  if (failed) return { fault: complaint(failed) };
  const listing = parseListing(...ran.map(({ stdout }) => stdout));
  return listing ? { ...expected, state: listing.state } : { fault: "what nft lists is not understood" };
}
