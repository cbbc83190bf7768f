import { groups } from "../test/kernel/breakers/all.ts";
import type { Breaker, Measured } from "../test/kernel/breakers/breaker.ts";

const head = ["what happens", "known from", "without ksp", "frames", "with nft", "with iptables"];
const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** The row of docs/attacks.md of a case. */
export const rowOf = (breaker: Breaker, { without, nft, closed, iptables }: Measured): string => {
  const { name, source, gap, isBeyondIptables } = breaker;
  return line([
    name,
    source,
    breaker.without.words,
    `${without}`,
    gap ? `**${nft}**; ${closed} with ${gap.words}` : `${nft}`,
    iptables === undefined ? "" : isBeyondIptables ? `**${iptables}**` : `${iptables}`,
  ]);
};

/** The figures of a case as the page has them; nothing where there is no such row. */
export function figuresOf(page: string, breaker: Breaker): Measured | undefined {
  const [row = ""] = page.split("\n").filter((text) => text.startsWith(`| ${breaker.name} |`));
  const numbers = (cell: string | undefined): readonly number[] => cell?.match(/\d+/g)?.map(Number) ?? [];
  const [left, byNft, byIptables] = row.split(" | ").slice(3);
  const [[without], [nft, closed], [iptables]] = [numbers(left), numbers(byNft), numbers(byIptables)];
  if (without === undefined || nft === undefined) return undefined;
  return { without, nft, ...(closed !== undefined && { closed }), ...(iptables !== undefined && { iptables }) };
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
