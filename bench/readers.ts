/** How long it takes to read files back and to prove them equal to their plan. `node bench/readers.ts [ROUNDS]` */
import { check } from "../src/check.ts";
import { nft } from "../src/emitters/nft/emit.ts";
import { empty } from "../src/proof/readers/nft/program.ts";
import { load } from "../src/proof/readers/nft/read-text.ts";
import { validateNft } from "../src/proof/translation/nft.ts";
import { lists } from "./policies.ts";

const rounds = Number(process.argv[2] ?? 5);

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
console.log(["prefixes", "text, MB", "read", "prove all files"].map((name) => name.padStart(16)).join(""));
for (const prefixes of [1_000, 1_000, 10_000, 100_000]) {
  const { plan, diagnostics } = check({ file: "lists.ksp", text: lists(prefixes) });
  if (!plan) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("; "));
  const files = nft.emit(plan);
  const ruleset = files.get("nft/ruleset.nft") ?? "";
  const read = () => {
    if ("fault" in load(ruleset, empty)) throw new Error("not read");
  };
  const prove = () => {
    if (validateNft(plan, files)) throw new Error("not equal");
  };
  const times = Array.from({ length: rounds }, () => ({ read: timed(read), all: timed(prove) }));
  const cells = [ruleset.length / 2 ** 20, median(times.map((t) => t.read)), median(times.map((t) => t.all))];
  console.log([`${prefixes}`, ...cells.map((value) => value.toFixed(1))].map((cell) => cell.padStart(16)).join(""));
}
