/** How long a user waits for `ksp` to start: commands take turns, so that a busy moment meets all of them. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const rounds = Number(process.argv[2] ?? 21);
const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const small = file("examples/home-wireguard.ksp");
/** As it is installed, and as a checkout runs it: there Node strips the types of every file anew. */
const commands = [
  { name: "node -e 0", args: ["-e", "0"] },
  { name: "ksp --version", args: [file("dist/cli.js"), "--version"] },
  { name: "ksp check home-wireguard.ksp", args: [file("dist/cli.js"), "check", small] },
  { name: "ksp fmt home-wireguard.ksp", args: [file("dist/cli.js"), "fmt", small] },
  { name: "from source: ksp --version", args: [file("src/cli.ts"), "--version"] },
  { name: "from source: ksp check home-wireguard.ksp", args: [file("src/cli.ts"), "check", small] },
];

function milliseconds(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args);
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
  return performance.now() - start;
}

function median(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = sorted.slice(sorted.length % 2 ? middle : middle - 1);
  return sorted.length % 2 ? low : (low + high) / 2;
}

const times: number[][] = commands.map(() => []);
// The first round fills the file cache and is not counted.
for (let round = 0; round <= rounds; round++) {
  for (const [index, { args }] of commands.entries()) {
    const time = milliseconds(args);
    if (round > 0) times[index]?.push(time);
  }
}
const medians = times.map(median);
console.log(`median of ${rounds} runs each, node ${process.version}`);
for (const [index, { name }] of commands.entries()) {
  const time = medians[index] ?? Number.NaN;
  const ratio = time / (medians[0] ?? Number.NaN);
  console.log(`${name.padEnd(44)} ${time.toFixed(0).padStart(5)} ms  ${ratio.toFixed(2)} x`);
}
