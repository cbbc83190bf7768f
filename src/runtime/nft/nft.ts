import { complaint, type Ran, run } from "../system/program.ts";
import { type Listing, parseListing } from "./listing.ts";
import { type Hearing, type Listener, Tampering } from "./tampering.ts";

/** What a firewall needs of the kernel. */
export interface Kernel {
  readonly load: (file: string) => Promise<string | undefined>;
  readonly list: () => Promise<Listed | { readonly fault: string }>;
  readonly listSwitched: (chains: Iterable<string>) => Promise<Listing | { readonly fault: string }>;
  readonly listen: (on: Hearing) => Listener;
}

/** A whole listing, with what nft printed of each table. */
export interface Listed extends Listing {
  readonly texts: readonly string[];
}

/** Loads a file in one transaction; says why it did not. A pipe could end in the middle when we are killed, at a place that loads. */
async function load(file: string): Promise<string | undefined> {
  const ran = await run(["nft", "-f", file], { milliseconds: 30_000 });
  return ran.status === 0 ? undefined : complaint(ran);
}

/** Why the kernel would not take a file; it takes nothing of it now. */
export async function checkRules(file: string): Promise<string | undefined> {
  const ran = await run(["nft", "--check", "-f", file], { milliseconds: 30_000 });
  return ran.status === 0 ? undefined : complaint(ran);
}

/** What the kernel holds of our tables now, or why that cannot be told. The table for ARP is not always there. */
async function list(): Promise<Listed | { readonly fault: string }> {
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

/** The same of the chains that a switch replaces alone: lists of a hundred thousand addresses are not read each time. */
async function listSwitched(chains: Iterable<string>): Promise<Listing | { readonly fault: string }> {
  const ran = await Promise.all(
    [...chains].map((chain) => run(["nft", "-j", "-p", "list", "chain", "inet", "ksp", chain])),
  );
  const failed = ran.find(({ status }) => status !== 0);
  if (failed) return { fault: complaint(failed) };
  return parseListing(...ran.map(({ stdout }) => stdout)) ?? { fault: "what nft lists is not understood" };
}

export const nft: Kernel = { load, list, listSwitched, listen: (on) => new Tampering(on) };
