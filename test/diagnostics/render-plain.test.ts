import { expect, test } from "vitest";
import { diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { renderPlain } from "../../src/diagnostics/render-plain.ts";
import { report } from "../../src/diagnostics/report.ts";
import { at, marked } from "./marked.ts";

test("one line a fact, each with its place", () => {
  const { source, spans } = marked("tunnel ⟦exit⟧ {\n}\nchain a = ⟦exti⟧⟦⟧\n⟦x⟧");
  const details = {
    at: at(spans, 1),
    label: "not declared",
    secondary: [{ span: at(spans, 0), text: "`exit` is declared here" }],
    notes: ["names are global"],
    help: {
      text: "a tunnel with a similar name exists",
      edits: [
        { span: at(spans, 1), text: "exit" },
        { span: at(spans, 2), text: "\n" },
        { span: at(spans, 3), text: "" },
      ],
    },
  };
  const found = report([diagnostic("KSP2001", { kind: "tunnel", name: "ex\u001bti" }, details)], [source]);
  expect(`\n${renderPlain(found)}`).toMatchInlineSnapshot(`
    "
    home.ksp:3:11: error[KSP2001]: no tunnel is named \`ex␛ti\`
      home.ksp:3:11: not declared
      home.ksp:1:8: \`exit\` is declared here
      note: names are global
      help: a tunnel with a similar name exists
      fix: home.ksp:3:11: replace 4 characters by \`exit\`
      fix: home.ksp:3:15: insert \`␊\`
      fix: home.ksp:4:1: remove 1 character
    1 error
    "
  `);
});

test("a fault without a place has no position", () => {
  const found = report([diagnostic("KSP5001", { file: "a.ksp", reason: "no such file" })], []);
  expect(renderPlain(found)).toBe("error[KSP5001]: `a.ksp` cannot be read: no such file\n1 error\n");
});

test("nothing found, nothing printed", () => {
  expect(renderPlain(report([], []))).toBe("");
});
