import { join } from "node:path";
import { backends } from "../../../src/runtime/backends.ts";
import type { Backend } from "../../../src/runtime/firewall/backend.ts";
import { parseSaved, shapeIn } from "../../../src/runtime/iptables/listing.ts";
import { loadBundle } from "../../../src/runtime/load-bundle.ts";
import { parseListing } from "../../../src/runtime/nft/listing.ts";
import type { Lab } from "../../lab/lab.ts";

/** What the daemon switches. On demand `KSP_BACKEND=iptables-nft` or `iptables-legacy` for all tests of this folder. */
const { KSP_BACKEND: chosen = "nft" } = process.env;
export const backendOf = (name: string): Backend => {
  const found = backends.find((backend) => backend.name === name);
  if (!found) throw new Error(`there is no backend ${name}`);
  return found;
};
export const usual = backendOf(chosen);
export const isNft = usual.folder === "nft";

/** Puts a file of a bundle in force without a daemon. */
export const load = (
  { client }: Lab,
  folder: string,
  name: string,
  { folder: own, command } = usual,
): Promise<string> => client.run(command(join(folder, own), name));

/** Our rules and sets, as whatever made them prints them; counters left out. */
export async function rules({ client }: Lab, { folder, programs } = usual): Promise<string> {
  if (folder === "nft") return client.run(["nft", "-s", "list", "table", "inet", "ksp"]);
  const saved = await Promise.all(programs.map((program) => client.run([`${program}-save`])));
  const sets = (await client.run(["ipset", "save"])).split("\n").toSorted();
  const ours = [...saved.join("").split("\n"), ...sets].filter((line) => line.startsWith("*") || line.includes("ksp_"));
  return `${ours.join("\n")}\n`.replaceAll(/ \[\d+:\d+\]$/gm, "").replaceAll(/ (hashsize|initval) \S+/g, "");
}

/** The state in force of a bundle that was loaded; `between` where there is none. */
export async function stateInForce({ client }: Lab, folder: string, backend = usual): Promise<string> {
  if (backend.folder === "nft") {
    const list = (family: string) => client.run(["nft", "-j", "list", "table", family, "ksp"]);
    return parseListing(await list("inet"), await list("arp"))?.state ?? "between";
  }
  const bundle = await loadBundle(folder, backend.name);
  if ("fault" in bundle) throw new Error(bundle.fault);
  const [v4 = "", v6 = ""] = await Promise.all(backend.programs.map((program) => client.run([`${program}-save`])));
  return parseSaved({ v4, v6 }, shapeIn(bundle.files)).state ?? "between";
}
