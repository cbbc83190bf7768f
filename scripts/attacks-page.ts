import { groups } from "../test/kernel/breakers/all.ts";
import type { Breaker, Measured } from "../test/kernel/breakers/breaker.ts";

const head = ["what happens", "known from", "without ksp", "frames", "with ksp"];
const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** The row of docs/attacks.md of a case. */
export const rowOf = ({ name, source, without, gap }: Breaker, { ksp, closed, ...measured }: Measured): string =>
  line([
    name,
    source,
    without.words,
    `${measured.without}`,
    gap ? `**${ksp}**; ${closed} with ${gap.words}` : `${ksp}`,
  ]);

/** The figures of a case as the page has them; nothing where there is no such row. */
export function figuresOf(page: string, breaker: Breaker): Measured | undefined {
  const [row = ""] = page.split("\n").filter((text) => text.startsWith(`| ${breaker.name} |`));
  const [without, ksp, closed] = row.split(" | ").slice(3).join(" ").match(/\d+/g)?.map(Number) ?? [];
  if (without === undefined || ksp === undefined) return undefined;
  return { without, ksp, ...(closed !== undefined && { closed }) };
}

/** The page with its tables made anew: all that stands between the two marks. */
export function withTables(page: string, date: string, measured: ReadonlyMap<Breaker, Measured>): string {
  const tables = Object.entries(groups).map(([heading, breakers]) => {
    const rows = breakers.map((breaker) => {
      const found = measured.get(breaker);
      if (!found) throw new Error(`${breaker.name} was not measured`);
      return rowOf(breaker, found);
    });
    return `## ${heading}\n\n${[line(head), line(head.map(() => "---")), ...rows].join("\n")}\n`;
  });
  return page.replace(
    /(<!-- measured -->\n)[\s\S]*(<!-- end -->)/,
    (_, start: string, end: string) => `${start}\nThe figures are those of ${date}.\n\n${tables.join("\n")}\n${end}`,
  );
}
