import fc from "fast-check";
import { type Diagnostic, diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { type Report, report } from "../../src/diagnostics/report.ts";

/** What XML, JSON, workflow commands or a terminal take for more than a letter. */
const piece = fc.oneof(
  fc.constantFrom("a", " ", "日", "😀", "\n", "\r\n", "\t", "\u0000", "\u001b", "\u0085", "\u2028", "\ud800", "\ufffe"),
  fc.constantFrom(
    "%",
    "%0A",
    ":",
    "::",
    ",",
    "=",
    "::error::",
    "<",
    ">",
    "&",
    "&amp;",
    '"',
    "'",
    "]]>",
    "<!--",
    "<![CDATA[",
  ),
  fc.constantFrom("{", "}", "{0}", "[a](1)", "](", "\\", "/", "?", "#", "\u202e"),
);
const anyText = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
const fileName = anyText.map((text) => `${text}.ksp`);

const anyDiagnostic = (file: string, source: string): fc.Arbitrary<Diagnostic> =>
  fc
    .tuple(fc.nat(source.length), fc.nat(source.length), anyText, anyText, fc.boolean(), fc.boolean())
    .map(([a, b, text, other, placed, warning]) => {
      const span = { file, start: Math.min(a, b), end: Math.max(a, b) };
      const found = diagnostic(
        "KSP1002",
        { word: text },
        {
          ...(placed && { at: span }),
          label: other,
          secondary: [{ span: { ...span, end: span.start }, text: other }],
          notes: [text, other],
          help: { text: other, edits: [{ span, text }] },
        },
      );
      return warning ? { ...found, severity: "warning" } : found;
    });

/** Diagnostics of any text about any text, of files with any name; one of the files may be unknown. */
export const anyReport: fc.Arbitrary<Report> = fc
  .tuple(fileName, anyText, fileName, anyText, fc.boolean())
  .chain(([file, text, other, otherText, known]) =>
    fc
      .tuple(
        fc.array(anyDiagnostic(file, text), { maxLength: 4 }),
        fc.array(anyDiagnostic(other, otherText), { maxLength: 2 }),
      )
      .map(([first, second]) =>
        report([...first, ...second], [{ file, text }, ...(known ? [{ file: other, text: otherText }] : [])]),
      ),
  );
