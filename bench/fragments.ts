/** How a check grows with statements, and with lines of a list file, stage by stage. `node bench/fragments.ts [ROUNDS]` */
import { check, type Load } from "../src/index.ts";
import { home, type Project, project } from "./policies.ts";

const rounds = Number(process.argv[2] ?? 5);

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Stage → median of the milliseconds, after one round that is not counted. */
function measured({ policy: text, fragments }: Project): ReadonlyMap<string, number> {
  const load: Load = (path) => ({ file: path, text: fragments.get(path) ?? "" });
  const times = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round++) {
    const measure = (stage: string, time: number) => {
      if (round > 0) times.set(stage, [...(times.get(stage) ?? []), time]);
    };
    const start = performance.now();
    const { policy, diagnostics } = check({ file: "home.ksp", text }, { load, measure });
    measure("whole check", performance.now() - start);
    if (!policy)
      throw new Error(
        diagnostics
          .map(({ code, message }) => `${code} ${message}`)
          .slice(0, 5)
          .join("; "),
      );
  }
  return new Map([...times].map(([stage, all]) => [stage, median(all)]));
}

/** A line for each stage; the last column: how it grew from the last size but one. */
function table(title: string, sizes: readonly number[], projectOf: (size: number) => Project): void {
  console.log(`${title.padEnd(44)}${sizes.map((size) => size.toLocaleString("en").padStart(10)).join("")}`);
  const columns = sizes.map((size) => measured(projectOf(size)));
  for (const stage of columns[0]?.keys() ?? []) {
    const values = columns.map((column) => column.get(stage) ?? Number.NaN);
    const [before = 1, after = 1] = values.slice(-2);
    const cells = values.map((value) => value.toFixed(1).padStart(10)).join("");
    console.log(`  ${stage.padEnd(42)}${cells}  x ${(after / before).toFixed(1)}`);
  }
}

const listFile = (lines: number): Project => ({
  policy: home(['list feed from "feed.txt" no wider than /24', "deny out to @feed"]),
  fragments: new Map([
    [
      "feed.txt",
      Array.from({ length: lines }, (_, i) => `${20 + (i >>> 15)}.${(i >>> 7) & 255}.${(i & 127) * 2}.0/24`).join("\n"),
    ],
  ]),
});

table("statements in 20 fragments, milliseconds", [625, 1_250, 2_500, 5_000, 10_000], (size) => project(size, 20));
table("lines of a list file, milliseconds", [1_000, 10_000, 100_000], listFile);
