import { readFileSync } from "node:fs";
import { events, modes } from "../src/runtime/machine/state.ts";
import { table } from "../src/runtime/machine/table.ts";

const page = new URL("../docs/runtime.md", import.meta.url);

/** docs/runtime.md with the tables of the machine made anew, one a mode. */
export const runtimePage = (): string =>
  readFileSync(page, "utf8").replace(
    /(<!-- machine -->\n)[\s\S]*?(<!-- end -->)/,
    (_, head: string, end: string) => `${head}\n${modes.map(tableOf).join("\n")}\n${end}`,
  );

function tableOf(mode: (typeof modes)[number]): string {
  const rows = events.map((event) => {
    const { next, actions, why } = table[mode][event];
    return [`\`${event}\``, next === mode ? "" : `**${next}**`, actions.join(", ") || "nothing", why];
  });
  const head = [mode, "becomes", "does", "because"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
