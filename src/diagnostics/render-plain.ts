import type { Diagnostic, Label } from "./diagnostic.ts";
import { visible } from "./display.ts";
import type { Lines } from "./lines.ts";
import { type Report, summary } from "./report.ts";
import type { Span } from "./span.ts";

/** The form for screen readers, logs and grep: one line a fact, no drawing, no colour. */
export function renderPlain(report: Report): string {
  if (report.diagnostics.length === 0) return "";
  const lines = report.shown.flatMap((diagnostic) => plainLines(diagnostic, report.lines));
  return `${[...lines, ...summary(report).map(visible)].join("\n")}\n`;
}

/** The facts of one diagnostic, safe to print. */
export function plainLines(
  { code, severity, message, primary, secondary, notes, help }: Diagnostic,
  sources: ReadonlyMap<string, Lines>,
): readonly string[] {
  const at = ({ file, start }: Span): string => {
    const position = sources.get(file)?.position(start);
    return position ? `${file}:${position.line}:${position.column}` : file;
  };
  const label = ({ span, text }: Label) => (text === "" ? [] : [`  ${at(span)}: ${text}`]);
  return [
    `${primary ? `${at(primary.span)}: ` : ""}${severity}[${code}]: ${message}`,
    ...(primary ? label(primary) : []),
    ...secondary.flatMap(label),
    ...notes.map((note) => `  note: ${note}`),
    ...(help ? [`  help: ${help.text}`] : []),
    ...(help?.edits ?? []).map((edit) => `  fix: ${at(edit.span)}: ${change(edit.span, edit.text)}`),
  ].map(visible);
}

function change({ start, end }: Span, text: string): string {
  const removed = `${end - start} character${end - start === 1 ? "" : "s"}`;
  if (text === "") return `remove ${removed}`;
  return start === end ? `insert \`${text}\`` : `replace ${removed} by \`${text}\``;
}
