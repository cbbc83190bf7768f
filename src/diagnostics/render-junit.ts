import { type Diagnostic, isError } from "./diagnostic.ts";
import { visible } from "./display.ts";
import type { Lines } from "./lines.ts";
import { plainLines } from "./render-plain.ts";
import type { Report } from "./report.ts";

/** The suite of what has no place in a file. */
const nowhere = "ksp";

/**
 * `--format junit`: a suite a file and a case a diagnostic. An error fails its case, a warning is said in one that
 * passes, and a file with neither is one case that passes.
 */
export function renderJunit({ diagnostics, errors, lines }: Report): string {
  const byFile = Map.groupBy(diagnostics, ({ primary }) => primary?.span.file ?? nowhere);
  const files = [...new Set([...(byFile.has(nowhere) ? [nowhere] : []), ...lines.keys(), ...byFile.keys()])];
  const suites = files.map((file) => suite(file, byFile.get(file) ?? [], lines));
  const cases = files.reduce((sum, file) => sum + Math.max(1, byFile.get(file)?.length ?? 0), 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    tag("testsuites", { name: "ksp", tests: cases, failures: errors, errors: 0 }, suites),
    "",
  ].join("\n");
}

function suite(file: string, found: readonly Diagnostic[], lines: ReadonlyMap<string, Lines>): string {
  const cases =
    found.length === 0
      ? [tag("testcase", { name: "no findings", classname: file, file }, [])]
      : found.map((diagnostic) => testcase(file, diagnostic, lines));
  const counts = { tests: cases.length, failures: found.filter(isError).length, errors: 0, skipped: 0 };
  return tag("testsuite", { name: file, ...counts }, cases);
}

function testcase(file: string, diagnostic: Diagnostic, lines: ReadonlyMap<string, Lines>): string {
  const { code, name, message, primary } = diagnostic;
  const at = primary && lines.get(primary.span.file)?.position(primary.span.start);
  const place = at ? ` at ${at.line}:${at.column}` : "";
  const attributes = {
    name: `${code} ${name}${place}`,
    classname: file,
    ...(primary && { file }),
    ...(at && { line: at.line }),
  };
  const body = xml(plainLines(diagnostic, lines).join("\n"));
  const said = isError(diagnostic)
    ? tag("failure", { type: code, message }, [], body)
    : tag("system-out", {}, [], body);
  return tag("testcase", attributes, [said]);
}

/** An element with other elements, or with text that is escaped already. */
function tag(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[],
  text = "",
): string {
  const said = Object.entries(attributes).map(([key, value]) => ` ${key}="${xml(visible(String(value)))}"`);
  const open = `<${name}${said.join("")}`;
  if (children.length === 0) return text === "" ? `${open}/>` : `${open}>${text}</${name}>`;
  return `${open}>\n${children.join("\n")}\n</${name}>`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** `visible` took the control characters; two more code points, and halves of pairs, are no XML. */
const xml = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
