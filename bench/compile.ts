/** How a compile grows with its lists, and how long the kernel takes to load the result. `node bench/compile.ts [ROUNDS]` */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "../src/compile.ts";
import { randomNumbers } from "../test/fuzz/random.ts";

const sizes = [1_000, 10_000, 100_000];

/** Half of the prefixes is an exemption, half a deny; half of each is IPv4. Prefixes of 24 to 32 and 48 to 64 bits, none twice, in no order. */
function policyOf(prefixes: number): string {
  const random = randomNumbers(prefixes);
  const half = prefixes / 2;
  const list = (offset: number): string =>
    shuffled(
      Array.from({ length: half }, (_, i) => (i % 2 === 0 ? ipv4(offset + i / 2, random) : ipv6(offset + i, random))),
      random,
    ).join(", ");
  return `ksp 1
policy lists
link uplink {
  interface "eth0"
  role outside
}
tunnel wg0 {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32, fd64::2/128
  carries everything
}
list exempt = ${list(0)}
list blocked = ${list(half)}
dns 10.64.0.1 through wg0
ipv6 tunnel
allow dhcp on uplink
allow out to @exempt tcp 443 on uplink
deny out to @blocked
watch wg0 {
  interface
  heartbeat 10.64.0.1 every 1s lost after 3
}
`;
}

/** Every second /24, so that no two merge. */
function ipv4(n: number, random: () => number): string {
  const [bits, first] = [24 + Math.floor(random() * 9), 0x14000000 + n * 512];
  return `${first >>> 24}.${(first >>> 16) & 255}.${(first >>> 8) & 255}.0/${bits}`;
}

function ipv6(n: number, random: () => number): string {
  const bits = 48 + Math.floor(random() * 17);
  return `2a${(n >>> 15).toString(16).padStart(2, "0")}:${((n & 0x7fff) * 2 + 1).toString(16)}:0:0:0:0:0:0/${bits}`;
}

function shuffled<T>(values: readonly T[], random: () => number): readonly T[] {
  return values
    .map((value) => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

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
      writeFileSync(file, policyOf(size));
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
