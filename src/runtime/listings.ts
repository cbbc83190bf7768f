import { run } from "./system/program.ts";

/** What a firewall of this machine holds, by the command that told it. */
export type Listings = { readonly listing: ReadonlyMap<string, string> } | { readonly fault: string };

/** What each program prints; a program that is not there has made no rules. */
const linux: readonly (readonly [name: string, command: readonly string[]])[] = [
  ["nft", ["nft", "-j", "-p", "list", "ruleset"]],
  ["iptables", ["iptables-save"]],
  ["ip6tables", ["ip6tables-save"]],
  ["iptables-legacy", ["iptables-legacy-save"]],
  ["ip6tables-legacy", ["ip6tables-legacy-save"]],
  ["ipset", ["ipset", "save"]],
];

/** All rules of nftables and of both variants of iptables, and the sets that iptables asks. Needs root. */
export async function listLinux(): Promise<Listings> {
  const ran = await Promise.all(
    linux.map(async ([name, command]) => ({ name, ...(await run(command, { milliseconds: 60_000 })) })),
  );
  const there = ran.filter(({ status, stderr }) => status !== null || !stderr.includes("ENOENT"));
  const failed = there.find(({ status }) => status !== 0);
  if (failed) return { fault: `${failed.name}: ${failed.stderr.trim().split("\n")[0]}` };
  if (there.length === 0) return { fault: "neither nft nor iptables is here" };
  return { listing: new Map(there.filter(({ stdout }) => stdout !== "").map(({ name, stdout }) => [name, stdout])) };
}
