import { readdir, readFile } from "node:fs/promises";
import { run } from "./system/program.ts";

/** What a firewall of this machine holds, by the command that told it. */
export type Listings = { readonly listing: ReadonlyMap<string, string> } | { readonly fault: string };

type Asked = readonly [name: string, command: readonly string[]];

/** What each program prints; a program that is not there has made no rules. */
const linux: readonly Asked[] = [
  ["nft", ["nft", "-j", "-p", "list", "ruleset"]],
  ["iptables", ["iptables-save"]],
  ["ip6tables", ["ip6tables-save"]],
  ["iptables-legacy", ["iptables-legacy-save"]],
  ["ip6tables-legacy", ["ip6tables-legacy-save"]],
  ["ipset", ["ipset", "save"]],
];

/**
 * The tables of frames that nftables does not list, where the kernel has them: to ask for one that it has not would load it.
 * Their programs that save call whichever variant is the default, so they are asked for each table.
 */
async function ofFrames(): Promise<readonly Asked[]> {
  const modules = await readdir("/sys/module").catch(() => []);
  const bridge = modules.flatMap((name) => /^ebtable_(filter|nat|broute)$/.exec(name)?.[1] ?? []);
  const arp = (await readFile("/proc/net/arp_tables_names", "utf8").catch(() => "")).split("\n").filter(Boolean);
  return [
    ...bridge.map((table): Asked => [`ebtables-legacy ${table}`, ["ebtables-legacy", "-t", table, "-L"]]),
    ...arp.map((table): Asked => [`arptables-legacy ${table}`, ["arptables-legacy", "-t", table, "-n", "-L"]]),
  ];
}

/** All rules of nftables, of both variants of iptables and of the legacy programs of frames, and the sets that iptables asks. Needs root. */
export async function listLinux(): Promise<Listings> {
  const frames = await ofFrames();
  const ran = await Promise.all(
    [...linux, ...frames].map(async ([name, command]) => ({ name, ...(await run(command, { milliseconds: 60_000 })) })),
  );
  const there = ran.filter(({ status, stderr }) => status !== null || !stderr.includes("ENOENT"));
  const unasked = frames.find(([name]) => !there.some((one) => one.name === name));
  if (unasked) return { fault: `the kernel has a table that ${unasked[0]} would tell, and there is no such program` };
  const failed = there.find(({ status }) => status !== 0);
  if (failed) return { fault: `${failed.name}: ${failed.stderr.trim().split("\n")[0]}` };
  if (there.length === 0) return { fault: "neither nft nor iptables is here" };
  return { listing: new Map(there.filter(({ stdout }) => stdout !== "").map(({ name, stdout }) => [name, stdout])) };
}
