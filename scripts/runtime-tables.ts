import { readFileSync } from "node:fs";
import { events, modes } from "../src/runtime/machine/state.ts";
import { type Cell, table } from "../src/runtime/machine/table.ts";

const page = new URL("../docs/runtime.md", import.meta.url);

/** docs/runtime.md with the tables of the machine made anew, one a mode. */
export const runtimePage = (): string =>
  readFileSync(page, "utf8").replace(
    /(<!-- machine -->\n)[\s\S]*?(<!-- end -->)/,
    (_, head: string, end: string) => `${head}\n${modes.map(tableOf).join("\n")}\n${end}`,
  );

function tableOf(mode: (typeof modes)[number]): string {
  const cells = events.map((event) => table[mode][event]);
  const row = (name: string, { next, actions, why }: Cell): readonly string[] => [
    name,
    next === mode ? "" : `**${next}**`,
    actions.join(", ") || "nothing",
    why,
  ];
  const [first] = cells;
  const isOne = first !== undefined && cells.every((cell) => cell === first);
  const rows = isOne ? [row("anything", first)] : cells.map((cell, i) => row(`\`${events[i]}\``, cell));
  const head = [mode, "becomes", "does", "because"];
  return [head, head.map(() => "---"), ...rows].map((line) => `| ${line.join(" | ")} |\n`).join("");
}
