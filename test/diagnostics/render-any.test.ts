import fc from "fast-check";
import { expect, test } from "vitest";
import { diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { shown, width } from "../../src/diagnostics/display.ts";
import { renderJson } from "../../src/diagnostics/render-json.ts";
import { renderPlain } from "../../src/diagnostics/render-plain.ts";
import { renderText } from "../../src/diagnostics/render-text.ts";
import { report } from "../../src/diagnostics/report.ts";

const character = fc.constantFrom("a", " ", "\t", "\n", "\r\n", "日", "😀", "\u0301", "\u001b", "\u202e");
const text = fc.array(character, { maxLength: 40 }).map((parts) => parts.join(""));

test("any span of any text can be rendered, and nothing printed acts upon a terminal", () => {
  fc.assert(
    fc.property(text, fc.nat(80), fc.nat(80), text, (text, a, b, replacement) => {
      const [start = 0, end = 0] = [a, b].map((n) => Math.min(n, text.length)).toSorted((x, y) => x - y);
      const span = { file: "a.ksp", start, end };
      const details = {
        at: span,
        label: replacement,
        secondary: [{ span: { ...span, end: start }, text: replacement }],
        notes: [replacement],
        help: { text: replacement, edits: [{ span, text: replacement }] },
      };
      const found = report([diagnostic("KSP1002", { word: text }, details)], [{ file: "a.ksp", text }]);
      for (const out of [renderText(found, { colour: false }), renderPlain(found)]) {
        expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(out).toContain("KSP1002");
      }
      expect(JSON.parse(JSON.stringify(renderJson(found))).diagnostics[0].end.offset).toBe(end);
    }),
  );
});

test("the underline stands under what is meant", () => {
  const line = fc.array(fc.constantFrom("a", "b", "\t", "日", "\u001b"), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(line, fc.nat(29), fc.nat(29), (characters, a, b) => {
      const text = characters.join("");
      const [start = 0, last = 0] = [a, b].map((n) => Math.min(n, text.length - 1)).toSorted((x, y) => x - y);
      const at = { file: "a.ksp", start, end: last + 1 };
      const found = report([diagnostic("KSP1002", { word: "x" }, { at })], [{ file: "a.ksp", text }]);
      const underline = renderText(found, { colour: false }).split("\n")[4] ?? "";
      const before = width(shown(text.slice(0, start)));
      const under = width(shown(text.slice(start, last + 1)));
      expect(underline).toBe(`  | ${" ".repeat(before)}${"^".repeat(under)}`);
    }),
  );
});
