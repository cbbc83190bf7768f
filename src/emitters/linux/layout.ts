import type { Line } from "./line.ts";

/** Wider gaps than this no longer read as columns. */
const widestGap = 24;

/** Neighbouring lines whose word groups are of the same kinds are set in columns. */
export function align(lines: readonly Line[]): readonly string[] {
  const out: string[] = [];
  for (let i = 0; i < lines.length; ) {
    const kinds = kindsOf(lines[i]);
    let end = i + 1;
    while (end < lines.length && kindsOf(lines[end]) === kinds) end++;
    const block = lines.slice(i, end);
    const widths = columnWidths(block);
    for (const line of block)
      out.push(
        line
          .map(({ text }, column) => text.padEnd(widths[column] ?? 0))
          .join(" ")
          .trimEnd(),
      );
    i = end;
  }
  return out;
}

function columnWidths(block: readonly Line[]): readonly number[] {
  const columns = (block[0] ?? []).map((_, column) => block.map((line) => line[column]?.text.length ?? 0));
  const fits = columns.every((lengths) => Math.max(...lengths) - Math.min(...lengths) <= widestGap);
  return fits ? columns.map((lengths) => Math.max(...lengths)) : [];
}

const kindsOf = (line: Line | undefined): string => (line ?? []).map(({ kind }) => kind).join(" ");

/** `# ---- down ----…`, 118 columns wide with its tab. */
export const heading = (title: string): string => `# ---- ${title} `.padEnd(114, "-");
