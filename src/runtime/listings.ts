import { readdir, readFile } from "node:fs/promises";
import { withDevices } from "./devices.ts";
import { run } from "./system/program.ts";

/** What a firewall of this machine holds, by the command that told it. */
export type Listings = { readonly listing: ReadonlyMap<string, string> } | { readonly fault: string };

/** The same in words, for what the other leaves out. */
const inText = "nft, in words";

type Asked = readonly [name: string, command: readonly string[]];

/** What each program prints; a program that is not there has made no rules. */
const linux: readonly Asked[] = [
  ["nft", ["nft", "-j", "-p", "list", "ruleset"]],
  [inText, ["nft", "list", "ruleset"]],
  ["iptables", ["iptables-save"]],
  ["ip6tables", ["ip6tables-save"]],
  ["iptables-legacy", ["iptables-legacy-save"]],
  ["ip6tables-legacy", ["ip6tables-legacy-save"]],
  ["ipset", ["ipset", "save"]],
];

/**
 * The tables of frames that nftables does not list, where the kernel has them: to ask for one that it has not would load it.
 * Their programs that save call whichever variant is the default, so they are asked for each table. What is built into the
 * kernel is always there, and empty where there is no program that could have filled it.
 */
async function ofFrames(): Promise<{ readonly loaded: readonly Asked[]; readonly builtIn: readonly Asked[] }> {
  const [modules, builtIn, arp] = await Promise.all([
    readdir("/sys/module").catch(() => []),
    release().then((name) => readFile(`/lib/modules/${name}/modules.builtin`, "utf8").catch(() => "")),
    readFile("/proc/net/arp_tables_names", "utf8").catch(() => ""),
  ]);
  const askedOf = (table: string): Asked => [`ebtables-legacy ${table}`, ["ebtables-legacy", "-t", table, "-L"]];
  const bridge = tablesOfBridges(modules);
  return {
    loaded: [
      ...bridge.map(askedOf),
      ...arp
        .split("\n")
        .filter(Boolean)
        .map((table): Asked => [`arptables-legacy ${table}`, ["arptables-legacy", "-t", table, "-n", "-L"]]),
    ],
    builtIn: tablesOfBridges(builtIn.split("\n").map((path) => path.replace(/^.*\/|\.ko$/g, "")))
      .filter((table) => !bridge.includes(table))
      .map(askedOf),
  };
}

const release = async (): Promise<string> => (await readFile("/proc/sys/kernel/osrelease", "utf8")).trim();

const tablesOfBridges = (modules: readonly string[]): readonly string[] =>
  modules.flatMap((name) => /^ebtable_(filter|nat|broute)$/.exec(name)?.[1] ?? []);

/** All rules of nftables, of both variants of iptables and of the legacy programs of frames, and the sets that iptables asks. Needs root. */
export async function listLinux(): Promise<Listings> {
  const { loaded, builtIn } = await ofFrames();
  const ran = await Promise.all(
    [...linux, ...loaded, ...builtIn].map(async ([name, command]) => ({
      name,
      ...(await run(command, { milliseconds: 60_000 })),
    })),
  );
  const there = ran.filter(({ status, stderr }) => status !== null || !stderr.includes("ENOENT"));
  const unasked = loaded.find(([name]) => !there.some((one) => one.name === name));
  if (unasked) return { fault: `the kernel has a table that ${unasked[0]} would tell, and there is no such program` };
  const failed = there.find(({ status }) => status !== 0);
  if (failed) return { fault: `${failed.name}: ${failed.stderr.trim().split("\n")[0]}` };
  if (there.length === 0) return { fault: "neither nft nor iptables is here" };
  const listing = new Map(there.filter(({ stdout }) => stdout !== "").map(({ name, stdout }) => [name, stdout]));
  const [json, words] = [listing.get("nft"), listing.get(inText)];
  listing.delete(inText);
  if (json !== undefined && words !== undefined) listing.set("nft", withDevices(json, words));
  return { listing };
}
