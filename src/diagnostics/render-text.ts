import type { Diagnostic, Edit, Label } from "./diagnostic.ts";
import { visible } from "./display.ts";
import { applyEdits } from "./edits.ts";
import { frame, lastLine, type Mark } from "./frame.ts";
import { Lines } from "./lines.ts";
import { type Paint, paint as painter, type Style } from "./paint.ts";
import { type Report, summary } from "./report.ts";

/** Notes and help are wrapped here; code frames are not. */
const columns = 92;

/** Marks in one text, under the name of its file. */
interface Excerpt {
  readonly file: string;
  readonly lines: Lines;
  readonly marks: readonly Mark[];
}

/** The form for people at a terminal: the source with the fault underlined, notes, and the fix as it would look. */
export function renderText(report: Report, options: { readonly colour: boolean }): string {
  if (report.diagnostics.length === 0) return "";
  const paint = painter(options.colour);
  const blocks = report.shown.map((diagnostic) => block(diagnostic, report.lines, paint).join("\n"));
  return `${[...blocks, summary(report).join("\n")].join("\n\n")}\n`;
}

function block(diagnostic: Diagnostic, sources: ReadonlyMap<string, Lines>, paint: Paint): readonly string[] {
  const { code, severity, message, primary, notes, help } = diagnostic;
  const places = excerpts(diagnostic, sources);
  const fixes = help ? previews(help.edits, sources) : [];
  const numbers = [...places, ...fixes].flatMap(({ lines, marks }) => marks.map((mark) => lastLine(lines, mark)));
  const gutter = String(Math.max(1, ...numbers)).length;
  const framed = ({ lines, marks }: Excerpt) => frame(lines, marks, gutter, paint);
  const at = (arrow: string, file: string, offset?: number) => {
    const position = offset === undefined ? undefined : sources.get(file)?.position(offset);
    const name = visible(file);
    return `${" ".repeat(gutter)}${paint("gutter", arrow)} ${position ? `${name}:${position.line}:${position.column}` : name}`;
  };
  const out = [`${paint(severity, `${severity}[${code}]`)}${paint("strong", `: ${visible(message)}`)}`];
  if (primary) out.push(at("-->", primary.span.file, primary.span.start));
  for (const place of places) {
    if (place.file !== primary?.span.file) out.push(at(":::", place.file, place.marks[0]?.start));
    out.push(...framed(place));
  }
  const remark = (kind: "note" | "help", style: Style, text: string) => {
    const head = `${" ".repeat(gutter)} = ${kind}: `;
    const [first = "", ...rest] = wrap(visible(text), columns - head.length);
    out.push(`${" ".repeat(gutter)} ${paint("gutter", "=")} ${paint(style, kind)}: ${first}`);
    out.push(...rest.map((line) => " ".repeat(head.length) + line));
  };
  if (primary && (notes.length > 0 || help)) out.push(paint("gutter", `${" ".repeat(gutter)} |`));
  for (const note of notes) remark("note", "strong", note);
  if (help) remark("help", "help", help.text);
  for (const fix of fixes) {
    if (fix.file !== primary?.span.file) out.push(at(":::", fix.file));
    out.push(...framed(fix));
  }
  return out;
}

/** What is underlined, the file of the primary label first. */
function excerpts(
  { primary, secondary, severity }: Diagnostic,
  sources: ReadonlyMap<string, Lines>,
): readonly Excerpt[] {
  const mark = (label: Label, sign: "^" | "-", style: Style) => ({
    file: label.span.file,
    mark: { start: label.span.start, end: label.span.end, sign, style, text: label.text },
  });
  const marks = [
    ...(primary ? [mark(primary, "^", severity)] : []),
    ...secondary.map((label) => mark(label, "-", "secondary")),
  ];
  return [...Map.groupBy(marks, ({ file }) => file)].flatMap(([file, found]) => {
    const lines = sources.get(file);
    return lines ? [{ file, lines, marks: found.map(({ mark }) => mark) }] : [];
  });
}

/** The lines as the edits leave them; where they only remove, the lines as they are. */
function previews(edits: readonly Edit[], sources: ReadonlyMap<string, Lines>): readonly Excerpt[] {
  return [...Map.groupBy(edits, ({ span }) => span.file)].flatMap(([file, found]) => {
    const lines = sources.get(file);
    if (!lines) return [];
    if (found.every(({ text }) => text === "")) {
      const marks = found.map(({ span }) => ({ ...span, sign: "-", style: "removed", text: "" }) as const);
      return [{ file, lines, marks }];
    }
    const { text, applied } = applyEdits(lines.text, found);
    const marks = applied.map(({ start, end, inserted }): Mark => {
      // Line ends at the rim of an inserted line belong to its neighbours.
      const body = text.slice(start, end);
      const from = inserted ? start + body.length - body.replace(/^[\r\n]+/, "").length : start;
      return { start: from, end, sign: inserted ? "+" : "~", style: "added", text: "" };
    });
    return [{ file, lines: new Lines(text), marks }];
  });
}

function wrap(text: string, limit: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > limit) {
      lines.push(line);
      line = word;
    } else line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}
