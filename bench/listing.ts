/** What it costs to read a kernel's rules back. As root: `node bench/listing.ts [ROUNDS]` */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "../src/check.ts";
import { nft } from "../src/emitters/nft/emit.ts";
import { askedOf } from "../src/runtime/nft/asked.ts";
import { parseListing } from "../src/runtime/nft/listing.ts";
import { compareMeaning } from "../src/runtime/nft/meaning.ts";
import { lists } from "./policies.ts";

const rounds = Number(process.argv[2] ?? 3);
const list = `nft -f "$0" && nft -j -p list table inet ksp && nft -j -p list table arp ksp`;
const folder = mkdtempSync(join(tmpdir(), "ksp-listing-"));

/** Milliseconds of processor time, all threads: what else the machine does counts little. */
function timed(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

// The first round of the smallest list warms up and is not counted.
console.log(["prefixes", "listing, MB", "fingerprint", "meaning"].map((name) => name.padStart(16)).join(""));
for (const prefixes of [1_000, 1_000, 10_000, 100_000]) {
  const { plan } = check({ file: "lists.ksp", text: lists(prefixes) });
  if (!plan) throw new Error("the policy has errors");
  const files = nft.emit(plan);
  const rules = join(folder, "ruleset.nft");
  writeFileSync(rules, files.get("nft/ruleset.nft") ?? "");
  const printed = execFileSync("unshare", ["--net", "bash", "-c", list, rules], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const texts = printed.trim().split("\n");
  const times = Array.from({ length: rounds }, () => ({
    fingerprint: timed(() => parseListing(...texts)),
    meaning: timed(() => {
      const answer = compareMeaning(askedOf(files, texts, "down"));
      if (answer.kind !== "same") throw new Error(JSON.stringify(answer));
    }),
  }));
  const cells = [
    printed.length / 2 ** 20,
    median(times.map((t) => t.fingerprint)),
    median(times.map((t) => t.meaning)),
  ];
  console.log([`${prefixes}`, ...cells.map((value) => value.toFixed(1))].map((cell) => cell.padStart(16)).join(""));
}
rmSync(folder, { recursive: true });
