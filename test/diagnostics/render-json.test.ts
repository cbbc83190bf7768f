import { expect, test } from "vitest";
import { diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { renderJson } from "../../src/diagnostics/render-json.ts";
import { report } from "../../src/diagnostics/report.ts";
import { at, marked } from "./marked.ts";

test("the whole shape", () => {
  const { source, spans } = marked("ksp 1\n⟦tunel⟧ wg0 ⟦{⟧\n");
  const found = diagnostic(
    "KSP1002",
    { word: "tunel" },
    {
      at: at(spans, 0),
      label: "expected `tunnel`",
      secondary: [{ span: at(spans, 1), text: "before this" }],
      notes: ["a note"],
      help: { text: "a similar word exists", edits: [{ span: at(spans, 0), text: "tunnel" }] },
    },
  );
  const word = { start: { line: 2, column: 1, offset: 6 }, end: { line: 2, column: 6, offset: 11 } };
  expect(JSON.parse(JSON.stringify(renderJson(report([found], [source]))))).toStrictEqual({
    version: 1,
    diagnostics: [
      {
        code: "KSP1002",
        name: "unknown-statement",
        severity: "error",
        message: "unknown statement `tunel`",
        file: "home.ksp",
        ...word,
        label: "expected `tunnel`",
        secondary: [
          {
            file: "home.ksp",
            start: { line: 2, column: 11, offset: 16 },
            end: { line: 2, column: 12, offset: 17 },
            text: "before this",
          },
        ],
        notes: ["a note"],
        help: { text: "a similar word exists", edits: [{ file: "home.ksp", ...word, text: "tunnel" }] },
      },
    ],
    errors: 1,
    warnings: 0,
  });
});

test("absent things are null, not missing", () => {
  const found = diagnostic("KSP5001", { file: "a.ksp", reason: "gone" });
  expect(JSON.parse(JSON.stringify(renderJson(report([found], [])))).diagnostics).toStrictEqual([
    {
      code: "KSP5001",
      name: "unreadable-file",
      severity: "error",
      message: "`a.ksp` cannot be read: gone",
      file: null,
      start: null,
      end: null,
      label: null,
      secondary: [],
      notes: [],
      help: null,
    },
  ]);
});

test("all diagnostics are there, not only the first twenty", () => {
  const found = Array.from({ length: 30 }, () => diagnostic("KSP5001", { file: "a", reason: "b" }));
  const json = renderJson(report(found, []));
  expect(json.diagnostics).toHaveLength(30);
  expect(json.errors).toBe(30);
});
