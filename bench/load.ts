/**
 * What `load.sh` of a policy for iptables takes, by the number of exempt networks: milliseconds of the whole ruleset over itself and of
 * a switch, and the kernel's memory for sets. Root; `node bench/load.ts [ROUNDS]`
 */
import { variants } from "../test/kernel/iptables/bundle.ts";
import { openSandbox } from "../test/lab/sandbox.ts";
import { emittedForIptables, median } from "./rules.ts";

const rounds = Number(process.argv[2] ?? 5);
const sizes = [10, 1_000, 10_000, 100_000];

const cases = variants.flatMap((variant) => sizes.map((size) => ({ variant, size })));
const sandbox = await openSandbox(cases.map((_, i) => `case${i}`));
try {
  console.log(`${rounds} rounds; milliseconds, least and median`);
  for (const [index, { variant, size }] of cases.entries()) {
    const at = sandbox.namespaces[`case${index}`];
    if (!at) throw new Error("no namespace");
    const load = emittedForIptables(size, variant);
    const times = [];
    for (let round = 0; round < rounds; round++) times.push(await load(at));
    const cell = (values: readonly number[]): string =>
      `${Math.min(...values).toFixed(0)} ${median(values).toFixed(0)}`.padEnd(12);
    const listed = await at.run(["ipset", "list", "-t"]);
    const bytes = [...listed.matchAll(/^Size in memory: (\d+)$/gm)].reduce((sum, [, each]) => sum + Number(each), 0);
    const [rules, change] = [times.map(([first]) => first), times.map(([, second]) => second)];
    console.log(`${variant.padEnd(16)} ${`${size}`.padStart(7)}  ${cell(rules)} ${cell(change)} ${bytes} bytes`);
  }
} finally {
  await sandbox.close();
}
