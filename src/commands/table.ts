import { visible, width } from "../diagnostics/display.ts";

/** Rows in columns, two spaces between them. */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(visible));
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => width(row[column] ?? "")))) ?? [];
  const padded = (cell: string, column: number) => cell + " ".repeat((widths[column] ?? 0) - width(cell));
  return cells.map((row) => `${row.map(padded).join("  ").trimEnd()}\n`).join("");
}
