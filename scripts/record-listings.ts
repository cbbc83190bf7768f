/**
 * Loads our rules and those of others into network namespaces of their own and writes down what the kernel lists, for
 * test/proof/audit. As root: `node scripts/record-listings.ts`.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path: string): string => fileURLToPath(new URL(`../test/${path}`, import.meta.url));
const printed = (commands: string, input: string): string =>
  execFileSync("unshare", ["--net", "sh", "-c", commands], { input, encoding: "utf8" });
/** Without owners, whose tables would be gone before they are listed. */
const together = (files: readonly string[]): string =>
  files.map((file) => readFileSync(at(file), "utf8").replaceAll("\tflags owner\n", "")).join("\n");
const write = (name: string, text: string): void => writeFileSync(at(`proof/audit/listings/${name}`), text);

/** Name → files for nft, loaded one after the other; one object a line. */
const ofNft: Readonly<Record<string, readonly string[]>> = {
  "home.up": ["golden/home/nft/ruleset.nft", "golden/home/nft/switch/up.nft"],
  "home.owned": ["golden/home/nft/owned.nft"],
  "home.owned.iptables": ["golden/home/iptables/owned.nft"],
  firewalld: ["kernel/foreign/firewalld.nft"],
  "wg-quick": ["kernel/foreign/wg-quick.nft"],
  fail2ban: ["kernel/foreign/fail2ban.nft"],
};
for (const [name, files] of Object.entries(ofNft)) {
  const { nftables }: { readonly nftables: readonly object[] } = JSON.parse(
    printed("nft -f - && nft -j -p list ruleset", together(files)),
  );
  const lines = nftables.map((object) => JSON.stringify(object).replaceAll(/"(packets|bytes)":\d+/g, '"$1":0'));
  write(`${name}.json`, `{"nftables":[\n${lines.join(",\n")}\n]}\n`);
}

/** Name → files for iptables-restore, without the family's ending. */
const ofIptables: Readonly<Record<string, readonly string[]>> = {
  "home.up": ["golden/home/iptables/ruleset", "golden/home/iptables/switch/up"],
};
for (const [name, files] of Object.entries(ofIptables))
  for (const [program, ending] of [
    ["iptables", "v4"],
    ["ip6tables", "v6"],
  ]) {
    const input = together(files.map((file) => `${file}.${ending}`));
    const saved = printed(`${program}-nft-restore --noflush && ${program}-nft-save`, input);
    write(`${name}.${ending}`, saved.replaceAll(/ on .*/g, "").replaceAll(/\[\d+:\d+\]/g, "[0:0]"));
  }
