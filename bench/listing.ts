/** What it costs to read a kernel's rules back, with each backend. As root: `node bench/listing.ts [ROUNDS]` */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "../src/check.ts";
import type { Files } from "../src/emitters/emitter.ts";
import { iptables } from "../src/emitters/iptables/emit.ts";
import { nft } from "../src/emitters/nft/emit.ts";
import type { Answer } from "../src/runtime/firewall/kernel.ts";
import { parseSaved, parseSets, shapeIn } from "../src/runtime/iptables/listing.ts";
import { compareMeaning as compareIptables } from "../src/runtime/iptables/meaning.ts";
import { askedOf } from "../src/runtime/nft/asked.ts";
import { parseListing } from "../src/runtime/nft/listing.ts";
import { compareMeaning } from "../src/runtime/nft/meaning.ts";
import { writeFiles } from "./folder.ts";
import { lists } from "./policies.ts";

const rounds = Number(process.argv[2] ?? 3);

interface Measured {
  readonly name: string;
  readonly emit: typeof nft.emit;
  /** Loads the files of the folder `$0`, and lists them: one text a line `--`. */
  readonly list: string;
  readonly fingerprint: (files: Files, texts: readonly string[]) => unknown;
  readonly meaning: (files: Files, texts: readonly string[]) => Answer;
}

const ofIptables = (name: string): Measured => ({
  name,
  emit: iptables.emit,
  list: `KSP_IPTABLES=${name} sh "$0/iptables/load.sh" ruleset && ${name}-save && echo -- && ${name.replace("ip", "ip6")}-save && echo -- && ipset save`,
  fingerprint: (files, [v4 = "", v6 = "", sets = ""]) => [parseSaved({ v4, v6 }, shapeIn(files)), parseSets(sets)],
  meaning: (files, [v4 = "", v6 = "", sets = ""]) =>
    compareIptables({ listed: { v4, v6, sets }, files, state: "down" }),
});
const backends: readonly Measured[] = [
  {
    name: "nft",
    emit: nft.emit,
    list: `nft -f "$0/nft/ruleset.nft" && nft -j -p list table inet ksp && echo -- && nft -j -p list table arp ksp`,
    fingerprint: (_, texts) => parseListing(...texts),
    meaning: (files, texts) => compareMeaning(askedOf(files, texts, "down")),
  },
  ofIptables("iptables-nft"),
  ofIptables("iptables-legacy"),
];

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
console.log(["backend", "prefixes", "listing, MB", "fingerprint", "meaning"].map((name) => name.padStart(16)).join(""));
for (const { name, emit, list, fingerprint, meaning } of backends)
  for (const prefixes of [1_000, 1_000, 10_000, 100_000]) {
    const { plan } = check({ file: "lists.ksp", text: lists(prefixes) });
    if (!plan) throw new Error("the policy has errors");
    const folder = mkdtempSync(join(tmpdir(), "ksp-listing-"));
    const files = emit(plan);
    writeFiles(folder, files);
    const printed = execFileSync("unshare", ["--net", "bash", "-c", list, folder], {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      stdio: ["ignore", "pipe", "ignore"],
    });
    rmSync(folder, { recursive: true });
    const texts = printed.split(/^--\n/m);
    const times = Array.from({ length: rounds }, () => ({
      fingerprint: timed(() => fingerprint(files, texts)),
      meaning: timed(() => {
        const answer = meaning(files, texts);
        if (answer.kind !== "same") throw new Error(JSON.stringify(answer));
      }),
    }));
    const cells = [
      printed.length / 2 ** 20,
      median(times.map((t) => t.fingerprint)),
      median(times.map((t) => t.meaning)),
    ];
    const shown = [name, `${prefixes}`, ...cells.map((value) => value.toFixed(1))];
    console.log(shown.map((cell) => cell.padStart(16)).join(""));
  }
