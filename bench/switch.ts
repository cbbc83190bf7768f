/**
 * What a change of state costs, by the number of exempt networks: milliseconds until the program has returned, each in a
 * namespace of its own, all in turn. Root; `node bench/switch.ts [ROUNDS]`
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openSandbox } from "../test/lab/sandbox.ts";
import { byHand, emitted, ipset, iptables, linear, median, withIpset } from "./rules.ts";

const rounds = Number(process.argv[2] ?? 9);
const program = fileURLToPath(new URL("clock.py", import.meta.url));

interface Case {
  readonly name: string;
  readonly count: number;
  /** Name → text. */
  readonly files: Readonly<Record<string, string>>;
  readonly before: readonly string[];
  /** What closes, and what opens again. */
  readonly there: string;
  readonly back: string;
}
const nft = (name: string, count: number, files: Case["files"], there: string, back: string): Case => ({
  name,
  count,
  files,
  before: ["nft -f ruleset"],
  there: `nft -f ${there}`,
  back: `nft -f ${back}`,
});
const casesOf = (count: number): readonly Case[] => {
  const [ours, theirs] = [{ ...emitted(count) }, { ...byHand(count) }];
  return [
    nft("ksp: switch", count, ours, "down", "up"),
    nft("by hand: switch", count, theirs, "down", "up"),
    nft("ksp: whole ruleset", count, ours, "ruleset", "up"),
    {
      name: "iptables and ipset: a new list, swapped in",
      count,
      files: {
        rules: withIpset,
        old: ipset("offices", count),
        new: `${ipset("next", count)}swap next offices\ndestroy next\n`,
      },
      before: ["ipset restore -file old", "iptables-restore rules"],
      there: "ipset restore -file new",
      back: "iptables-restore rules",
    },
    ...(count > 10_000
      ? []
      : [
          {
            name: "iptables: a rule each",
            count,
            files: { open: linear(count), closed: iptables() },
            before: ["iptables-restore open"],
            there: "iptables-restore closed",
            back: "iptables-restore open",
          },
        ]),
  ];
};

const cases = [10, 10_000, 100_000].flatMap(casesOf);
const sandbox = await openSandbox(cases.map((_, i) => `case${i}`));
try {
  const times = cases.map(() => ({ there: [] as number[], back: [] as number[] }));
  const run = async (index: number, ...commands: readonly string[]): Promise<readonly number[]> => {
    // Each file lies in the sandbox's own folder.
    const placed = commands.map((command) => command.replace(/(\S+)$/, `/run/case${index}-$1`));
    const printed = await sandbox.namespaces[`case${index}`]?.run(["python3", program, ...placed], {
      milliseconds: 120_000,
    });
    return (printed ?? "").trim().split("\n").map(Number);
  };
  for (const [index, { files, before }] of cases.entries()) {
    for (const [name, text] of Object.entries(files)) writeFileSync(sandbox.run(`case${index}-${name}`), text);
    await run(index, ...before);
  }
  for (let round = 0; round < rounds; round++) {
    for (const [index, { there, back }] of cases.entries()) {
      const [first = Number.NaN, second = Number.NaN] = await run(index, there, back);
      times[index]?.there.push(first);
      times[index]?.back.push(second);
    }
  }
  console.log(`${rounds} rounds; milliseconds, least and median`);
  for (const [index, { name, count, there, back }] of cases.entries()) {
    const { there: closing = [], back: opening = [] } = times[index] ?? {};
    const cell = (values: readonly number[]): string =>
      `${Math.min(...values).toFixed(1)} ${median(values).toFixed(1)}`.padEnd(14);
    console.log(`${`${count}`.padStart(6)}  ${name.padEnd(44)} ${cell(closing)} ${cell(opening)} ${there}, ${back}`);
  }
} finally {
  await sandbox.close();
}
