import { readFileSync } from "node:fs";
import { check } from "../src/check.ts";
import { evaluate } from "../src/ir/evaluate.ts";
import { plan, rulesetsOf } from "../src/ir/plan.ts";
import { resolvePattern } from "../src/ir/resolve/resolve.ts";
import { sampleOf } from "../src/ir/sample-packet.ts";
import { vantagesOf } from "../src/ir/vantage.ts";
import { parsePacket } from "../src/parser/parse.ts";

const inProject = (path: string): URL => new URL(`../${path}`, import.meta.url);

/** docs/states.md with its tables made anew: below `<!-- packets of FILE -->` stands one row for each packet that it lists. */
export const statesPage = (): string =>
  readFileSync(inProject("docs/states.md"), "utf8").replace(
    /(<!-- packets of (\S+)\n([\s\S]*?)-->\n)[\s\S]*?(<!-- end -->)/g,
    (_, head: string, file: string, packets: string, end: string) =>
      `${head}\n${tableOf(file, packets.trim().split("\n"))}\n${end}`,
  );

/** What becomes of packets in every state of an example. A packet without a path is the one that leaves outside. */
function tableOf(file: string, packets: readonly string[]): string {
  const { policy, file: tree } = check({ file, text: readFileSync(inProject(file), "utf8") });
  if (!policy || !tree) throw new Error(`${file} has an error`);
  const columns = rulesetsOf(plan(policy, "linux"));
  const rows = packets.map((text) => {
    const { packet } = parsePacket(text);
    const pattern = packet && resolvePattern(tree, packet).pattern;
    const place = pattern && vantagesOf(pattern, policy, "linux").at(-1);
    if (!place) throw new Error(`${file}: ${text} is no packet there`);
    const sample = sampleOf(pattern, policy, "linux").at(place);
    const cells = columns.map((ruleset) => {
      const { verdict, rule } = evaluate(ruleset, sample);
      return `${verdict.kind === "accept" ? "**passes**" : "no"}, ${rule.stage}`;
    });
    return [`\`${text}\``, ...cells];
  });
  const head = ["packet", ...columns.map(({ state }) => state)];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
