/** How a compile grows with its lists, and how long the kernel takes to load the result. `node bench/compile.ts [ROUNDS]` */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "../src/compile.ts";
import { lists } from "./policies.ts";

const sizes = [1_000, 10_000, 100_000];

interface Run {
  readonly stages: Readonly<Record<string, number>>;
  /** Bytes. */
  readonly peak: number;
}

/** One compile in this process, stage by stage. */
function measured(file: string): Run {
  const stages: Record<string, number> = {};
  const { files, diagnostics } = compile(
    { file, text: readFileSync(file, "utf8") },
    { targets: ["nft"], measure: (stage, time) => (stages[stage] = time) },
  );
  if (!files) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("; "));
  return { stages, peak: process.resourceUsage().maxRSS * 1024 };
}

function run(command: string, ...args: readonly string[]): { readonly time: number; readonly output: string } {
  const start = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr}`);
  return { time: performance.now() - start, output: stdout };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

function compare(rounds: number): void {
  const folder = mkdtempSync(join(tmpdir(), "ksp-bench-"));
  const [self, cli] = [fileURLToPath(import.meta.url), fileURLToPath(new URL("../src/cli.ts", import.meta.url))];
  try {
    const rows = sizes.map((size) => {
      const file = join(folder, `${size}.ksp`);
      writeFileSync(file, lists(size));
      const times = Array.from({ length: rounds }, () => {
        const whole = run(process.execPath, cli, "compile", file, "-o", join(folder, "out")).time;
        const ruleset = join(folder, "out", "lists", "nft", "ruleset.nft");
        const load = run("unshare", "-n", "nft", "-f", ruleset).time - run("unshare", "-n", "true").time;
        const one: Run = JSON.parse(run(process.execPath, self, "--one", file).output);
        const sum = Object.values(one.stages).reduce((total, time) => total + time, 0);
        return {
          ...one.stages,
          "all stages": sum,
          "ksp compile": whole,
          "peak MB": one.peak / 2 ** 20,
          "nft -f": load,
        };
      });
      const names = Object.keys(times[0] ?? {});
      return {
        prefixes: size,
        ...Object.fromEntries(
          names.map((n) => [n, median(times.map((t: Readonly<Record<string, number>>) => t[n] ?? 0))]),
        ),
      };
    });
    print(rows);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A line for each figure; the last column: how it grew when the lists grew tenfold. */
function print(rows: readonly Readonly<Record<string, number>>[]): void {
  const names = Object.keys(rows[0] ?? {});
  for (const name of names) {
    const values = rows.map((row) => row[name] ?? Number.NaN);
    const [before = 1, after = 1] = values.slice(-2);
    const cells = values.map((value) => value.toFixed(name === "prefixes" ? 0 : 1).padStart(10));
    console.log(`${name.padEnd(12)}${cells.join("")}  x ${(after / before).toFixed(1)}`);
  }
}

const [argument, file] = process.argv.slice(2);
if (argument === "--one" && file !== undefined) console.log(JSON.stringify(measured(file)));
else compare(Number(argument ?? 5));
