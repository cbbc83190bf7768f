/**
 * Loads our rules and those of others into network namespaces of their own and writes down what `nft -j -p list ruleset` prints, one
 * object a line, for test/proof/audit. As root: `node scripts/record-listings.ts`.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path: string): string => fileURLToPath(new URL(`../test/${path}`, import.meta.url));

/** Name → files for nft, loaded one after the other. */
const recorded: Readonly<Record<string, readonly string[]>> = {
  "home.up": ["golden/home/nft/ruleset.nft", "golden/home/nft/switch/up.nft"],
  firewalld: ["kernel/foreign/firewalld.nft"],
  "wg-quick": ["kernel/foreign/wg-quick.nft"],
};

for (const [name, files] of Object.entries(recorded)) {
  const text = files.map((file) => readFileSync(at(file), "utf8")).join("\n");
  const commands = "nft -f - && nft -j -p list ruleset";
  const printed = execFileSync("unshare", ["--net", "sh", "-c", commands], { input: text, encoding: "utf8" });
  const { nftables }: { readonly nftables: readonly object[] } = JSON.parse(printed);
  const lines = nftables.map((object) => JSON.stringify(object).replaceAll(/"(packets|bytes)":\d+/g, '"$1":0'));
  writeFileSync(at(`proof/audit/listings/${name}.json`), `{"nftables":[\n${lines.join(",\n")}\n]}\n`);
}
