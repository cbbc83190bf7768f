import { visible } from "./display.ts";
import { lastLine } from "./frame.ts";
import type { Lines } from "./lines.ts";
import { type Report, summary } from "./report.ts";
import type { Span } from "./span.ts";

/** `--format github`: workflow commands, which GitHub shows beside the lines of a pull request. */
export function renderGithub(report: Report): string {
  const { diagnostics, lines } = report;
  if (diagnostics.length === 0) return "";
  const commands = diagnostics.map(({ code, name, severity, message, primary, notes, help }) => {
    const place = primary && {
      file: visible(primary.span.file),
      ...placeOf(primary.span, lines.get(primary.span.file)),
    };
    const properties = Object.entries({ ...place, title: `${code} ${name}` });
    const text = [
      message,
      ...(primary?.text ? [primary.text] : []),
      ...notes.map((note) => `note: ${note}`),
      ...(help ? [`help: ${help.text}`] : []),
    ];
    const said = properties.map(([key, value]) => `${key}=${property(String(value))}`).join(",");
    return `::${severity} ${said}::${data(text.map(visible).join("\n"))}`;
  });
  return `${[...commands, ...summary(report).slice(-1)].join("\n")}\n`;
}

/** Columns belong to one line: over several, GitHub takes none. */
function placeOf(span: Span, lines: Lines | undefined): Readonly<Record<string, number>> {
  if (!lines) return {};
  const { line, column } = lines.position(span.start);
  const endLine = lastLine(lines, span);
  return { line, endLine, ...(line === endLine && { col: column }) };
}

/** A line is a command, so no text may end one. */
const data = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
