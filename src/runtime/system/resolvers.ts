import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Address, formatAddress, parseAddress } from "../../net/address.ts";
import { contains } from "../../net/address-set.ts";
import { constant } from "../../net/parse-net.ts";
import { run } from "./program.ts";

/** More would be no network's. */
const most = 8;
const noResolver = constant("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/127", "ff00::/8");

/** The resolvers that the network gave to this machine, whoever asked it: systemd-networkd, NetworkManager or dhclient. */
export async function networkResolvers(): Promise<readonly Address[]> {
  const [leases, manager, client] = await Promise.all([
    readAll("/run/systemd/netif/leases", () => true),
    run(["nmcli", "-g", "IP4.DNS,IP6.DNS", "device", "show"], { milliseconds: 3_000 }),
    readAll("/var/lib/dhcp", (name) => name.endsWith(".leases")),
  ]);
  return resolversIn([...lines(leases, /^DNS=(.*)$/gm), ...manager.stdout.split(/[|\n]/), ...lines(client, leaseLine)]);
}

const leaseLine = /^\s*option (?:domain-name-servers|dhcp6\.name-servers) (.*);$/gm;

const lines = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].flatMap(([, found = ""]) => found.split(/[\s,]+/));

/** What is an address, each once, and neither this machine itself nor many. */
export function resolversIn(words: readonly string[]): readonly Address[] {
  const found = new Map<string, Address>();
  for (const word of words) {
    const address = parseAddress(word.trim().replaceAll("\\:", ":"));
    if (address && !contains(noResolver, address)) found.set(formatAddress(address), address);
  }
  return [...found.values()].slice(0, most);
}

async function readAll(folder: string, isMeant: (name: string) => boolean): Promise<string> {
  const names = (await readdir(folder).catch(() => [])).filter(isMeant);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8").catch(() => "")));
  return texts.join("\n");
}
