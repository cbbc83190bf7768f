import { type Backend, stateFiles } from "../firewall/backend.ts";
import { faultOf, run } from "../system/program.ts";
import { closedTable } from "./closed-table.ts";
import { readHits } from "./hits.ts";
import { nftKernel } from "./kernel.ts";

export const nft: Backend = {
  name: "nft",
  folder: "nft",
  needed: (states) => stateFiles(states).map((name) => `nft/${name}.nft`),
  unfit: () => undefined,
  kernel: nftKernel,
  command: (folder, name) => ["nft", "-f", `${folder}/${name}.nft`],
  check: (folder) => faultOf(["nft", "--check", "-f", `${folder}/ruleset.nft`], { milliseconds: 30_000 }),
  kind: async () => "nft",
  isLoaded: async () => (await run(["nft", "list", "chain", "inet", "ksp", "output"])).status === 0,
  hits: readHits,
  closed: new Map([["lockdown.nft", closedTable]]),
  programs: ["nft"],
};
