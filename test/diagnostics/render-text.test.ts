import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { type Details, type Diagnostic, diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { renderText } from "../../src/diagnostics/render-text.ts";
import { report } from "../../src/diagnostics/report.ts";
import type { Source } from "../../src/diagnostics/span.ts";
import { at, marked } from "./marked.ts";

const render = (diagnostics: readonly Diagnostic[], ...sources: Source[]) =>
  `\n${renderText(report(diagnostics, sources), { colour: false })}`;
const unknownWord = (details: Details) => diagnostic("KSP1002", { word: "tunel" }, details);
const unknownName = (details: Details) => diagnostic("KSP2001", { kind: "tunnel", name: "exti" }, details);

test("a misspelt word, and the fix as it would look", () => {
  const { source, spans } = marked("ksp 1\n⟦tunel⟧ wg0 {\n}\n");
  const span = at(spans, 0);
  const help = { text: "a similar word exists", edits: [{ span, text: "tunnel" }] };
  expect(
    render([unknownWord({ at: span, label: "expected `tunnel`, `chain` or `app`", help })], source),
  ).toMatchInlineSnapshot(`
    "
    error[KSP1002]: unknown statement \`tunel\`
     --> home.ksp:2:1
      |
    2 | tunel wg0 {
      | ^^^^^ expected \`tunnel\`, \`chain\` or \`app\`
      |
      = help: a similar word exists
      |
    2 | tunnel wg0 {
      | ~~~~~~

    1 error
    "
  `);
});

test("two places far apart, and a note that is wrapped", () => {
  const { source, spans } = marked("tunnel ⟦exit⟧ {\n  x\n  y\n}\nchain entry = ⟦exti⟧\n");
  const rendered = render(
    [
      unknownName({
        at: at(spans, 1),
        label: "not declared in this policy",
        secondary: [{ span: at(spans, 0), text: "`exit` is declared here" }],
        notes: [
          "the first hop must reach its server over a physical interface, or nothing can ever connect to anything",
        ],
        help: "declare it",
      }),
    ],
    source,
  );
  expect(rendered).toMatchInlineSnapshot(`
    "
    error[KSP2001]: no tunnel is named \`exti\`
     --> home.ksp:5:15
      |
    1 | tunnel exit {
      |        ---- \`exit\` is declared here
    ...
    5 | chain entry = exti
      |               ^^^^ not declared in this policy
      |
      = note: the first hop must reach its server over a physical interface, or nothing can ever
              connect to anything
      = help: declare it

    1 error
    "
  `);
});

test("two labels on one line stand under it from left to right", () => {
  const { source, spans } = marked("chain ⟦a⟧ = b -> ⟦exti⟧\n");
  const secondary = [{ span: at(spans, 0), text: "of this chain" }];
  expect(render([unknownName({ at: at(spans, 1), label: "unknown", secondary })], source)).toMatchInlineSnapshot(`
    "
    error[KSP2001]: no tunnel is named \`exti\`
     --> home.ksp:1:16
      |
    1 | chain a = b -> exti
      |       - of this chain
      |                ^^^^ unknown

    1 error
    "
  `);
});

test("an inserted line is marked with its number in the fixed text", () => {
  const { source, spans } = marked("tunnel wg0 {\n  address assigned\n⟦⟧allow lan\n");
  const help = { text: "close the block", edits: [{ span: at(spans, 0), text: "}\n" }] };
  expect(render([unknownWord({ at: at(spans, 0), help })], source)).toMatchInlineSnapshot(`
    "
    error[KSP1002]: unknown statement \`tunel\`
     --> home.ksp:3:1
      |
    3 | allow lan
      | ^
      |
      = help: close the block
      |
    3 | }
      | +

    1 error
    "
  `);
});

test("a line inserted behind the text of another leaves that one unmarked", () => {
  const { source, spans } = marked("tunnel wg0 {⟦⟧\n}\n");
  const help = { text: "add it", edits: [{ span: at(spans, 0), text: "\n  address assigned" }] };
  expect(render([unknownWord({ at: at(spans, 0), help })], source)).toMatchInlineSnapshot(`
    "
    error[KSP1002]: unknown statement \`tunel\`
     --> home.ksp:1:13
      |
    1 | tunnel wg0 {
      |             ^
      |
      = help: add it
      |
    2 |   address assigned
      | ++++++++++++++++++

    1 error
    "
  `);
});

test("what a fix removes is shown as it stands", () => {
  const { source, spans } = marked("allow lan\n⟦allow out to 192.168.1.10⟧\n");
  const span = at(spans, 0);
  const help = { text: "remove this statement", edits: [{ span, text: "" }] };
  expect(render([unknownWord({ at: span, help })], source)).toMatchInlineSnapshot(`
    "
    error[KSP1002]: unknown statement \`tunel\`
     --> home.ksp:2:1
      |
    2 | allow out to 192.168.1.10
      | ^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: remove this statement
      |
    2 | allow out to 192.168.1.10
      | -------------------------

    1 error
    "
  `);
});

test("two edits of one fix are shown together", () => {
  const { source, spans } = marked("chain ⟦a⟧ = b\n\n\n\nchain ⟦c⟧ = d\n");
  const edits = spans.toReversed().map((span) => ({ span, text: "left" }));
  expect(render([unknownWord({ at: at(spans, 0), help: { text: "rename", edits } })], source)).toMatchInlineSnapshot(`
    "
    error[KSP1002]: unknown statement \`tunel\`
     --> home.ksp:1:7
      |
    1 | chain a = b
      |       ^
      |
      = help: rename
      |
    1 | chain left = b
      |       ~~~~
    ...
    5 | chain left = d
      |       ~~~~

    1 error
    "
  `);
});

test("a span over several lines underlines the first and the last", () => {
  const { source, spans } = marked("  ⟦tunnel wg0 {\n    address assigned\n    carries everything\n  }⟧\n");
  expect(render([unknownWord({ at: at(spans, 0), label: "this block" })], source)).toMatchInlineSnapshot(`
    "
    error[KSP1002]: unknown statement \`tunel\`
     --> home.ksp:1:3
      |
    1 |   tunnel wg0 {
      |   ^^^^^^^^^^^^
    ...
    4 |   }
      |   ^ this block

    1 error
    "
  `);
});

test("a span that ends with the line's end stays on its line", () => {
  const { source, spans } = marked("⟦allow lan\r\n⟧deny in\r\n");
  expect(render([unknownWord({ at: at(spans, 0), label: "here" })], source)).toMatchInlineSnapshot(`
    "
    error[KSP1002]: unknown statement \`tunel\`
     --> home.ksp:1:1
      |
    1 | allow lan
      | ^^^^^^^^^ here

    1 error
    "
  `);
});

test("tabs, wide characters and control characters keep the underline in place", () => {
  const { source, spans } = marked('\treason "日本\u001b[2J" ⟦tunel⟧\n');
  expect(render([unknownWord({ at: at(spans, 0), label: "here" })], source)).toMatchInlineSnapshot(`
    "
    error[KSP1002]: unknown statement \`tunel\`
     --> home.ksp:1:18
      |
    1 |     reason "日本␛[2J" tunel
      |                       ^^^^^ here

    1 error
    "
  `);
});

test("a wide name is underlined over its whole width", () => {
  const { source, spans } = marked("app ⟦日本⟧ {\n");
  expect(render([unknownWord({ at: at(spans, 0) })], source)).toMatchInlineSnapshot(`
    "
    error[KSP1002]: unknown statement \`tunel\`
     --> home.ksp:1:5
      |
    1 | app 日本 {
      |     ^^^^

    1 error
    "
  `);
});

test("the end of the file can be pointed at", () => {
  const { source, spans } = marked("tunnel wg0 {\n⟦⟧");
  expect(render([unknownWord({ at: at(spans, 0), label: "the file ends here" })], source)).toMatchInlineSnapshot(`
    "
    error[KSP1002]: unknown statement \`tunel\`
     --> home.ksp:2:1
      |
    2 |
      | ^ the file ends here

    1 error
    "
  `);
});

test("a very long line is cut around the fault", () => {
  const { source, spans } = marked(`deny out to ${"192.0.2.1, ".repeat(30)}⟦tunel⟧${", 192.0.2.2".repeat(30)}\n`);
  expect(render([unknownWord({ at: at(spans, 0), label: "here" })], source)).toMatchInlineSnapshot(`
    "
    error[KSP1002]: unknown statement \`tunel\`
     --> home.ksp:1:343
      |
    1 | …0.2.1, 192.0.2.1, 192.0.2.1, 192.0.2.1, tunel, 192.0.2.2, 192.0.2.2, 192.0.2.2, 192.0.2.2, 192.0.2.2, 192.0.2.2, 192.0.2.2, 192.0.2.2, 192.0.2.2, 192.0.2.2, 192…
      |                                          ^^^^^ here

    1 error
    "
  `);
});

test("a mark that is longer than what is shown of its line ends with it", () => {
  const { source, spans } = marked(`⟦${"x".repeat(400)}⟧\n`);
  const rendered = render([unknownWord({ at: at(spans, 0) })], source);
  expect(rendered).toContain(`1 | ${"x".repeat(160)}…\n  | ${"^".repeat(160)}\n`);
});

test("neighbouring lines have nothing between them", () => {
  const { source, spans } = marked("⟦a⟧\n⟦b⟧\n");
  const secondary = [{ span: at(spans, 0), text: "first" }];
  const rendered = render([unknownWord({ at: at(spans, 1), label: "second", secondary })], source);
  expect(rendered).toContain("1 | a\n  | - first\n2 | b\n  | ^ second\n");
});

test("a fix further down widens the margin of the fault", () => {
  const { source, spans } = marked(`⟦a⟧\n${"\n".repeat(8)}⟦b⟧\n`);
  const help = { text: "rename", edits: [{ span: at(spans, 1), text: "c" }] };
  const rendered = render([unknownWord({ at: at(spans, 0), help })], source);
  expect(rendered).toContain(" 1 | a\n   | ^\n   |\n   = help: rename\n   |\n10 | c\n   | ~\n");
});

test("nothing that is printed can act upon the terminal", () => {
  const { source, spans } = marked("⟦a⟧\n", "home\u001b.ksp");
  const text = "x\u001by";
  const rendered = render([unknownWord({ at: at(spans, 0), label: text, notes: [text], help: text })], source);
  expect(rendered).not.toContain("\u001b");
  expect(rendered.split("␛")).toHaveLength(5);
});

test("numbers of different length share one margin", () => {
  const { source, spans } = marked(`⟦a⟧\n${"\n".repeat(8)}⟦b⟧\n`);
  const secondary = [{ span: at(spans, 0), text: "first" }];
  expect(render([unknownWord({ at: at(spans, 1), label: "second", secondary })], source)).toMatchInlineSnapshot(`
    "
    error[KSP1002]: unknown statement \`tunel\`
      --> home.ksp:10:1
       |
     1 | a
       | - first
    ...
    10 | b
       | ^ second

    1 error
    "
  `);
});

test("a place in another file is framed under its own name", () => {
  const here = marked("chain a = ⟦exti⟧\n");
  const there = marked("tunnel ⟦exit⟧ {\n", "fleet.ksp");
  const secondary = [{ span: at(there.spans, 0), text: "meant?" }];
  const rendered = render([unknownName({ at: at(here.spans, 0), secondary })], here.source, there.source);
  expect(rendered).toMatchInlineSnapshot(`
    "
    error[KSP2001]: no tunnel is named \`exti\`
     --> home.ksp:1:11
      |
    1 | chain a = exti
      |           ^^^^
     ::: fleet.ksp:1:8
      |
    1 | tunnel exit {
      |        ---- meant?

    1 error
    "
  `);
});

test("a file whose text is unknown is named without a frame", () => {
  const rendered = render([unknownWord({ at: { file: "gone.ksp", start: 4, end: 5 }, notes: ["a note"] })]);
  expect(rendered).toMatchInlineSnapshot(`
    "
    error[KSP1002]: unknown statement \`tunel\`
     --> gone.ksp
      |
      = note: a note

    1 error
    "
  `);
});

test("a fault without a place is one line", () => {
  const rendered = render([diagnostic("KSP5001", { file: "a\u001b.ksp", reason: "no such file" })]);
  expect(rendered).toMatchInlineSnapshot(`
    "
    error[KSP5001]: \`a␛.ksp\` cannot be read: no such file

    1 error
    "
  `);
});

test("nothing found, nothing printed", () => {
  expect(renderText(report([], []), { colour: false })).toBe("");
});

test("colour comes from the flag alone", () => {
  const { source, spans } = marked("⟦tunel⟧ wg0\n");
  const found = report([unknownWord({ at: at(spans, 0), label: "here" })], [source]);
  const coloured = renderText(found, { colour: true });
  expect(coloured).toContain("\u001b[1m\u001b[31m^^^^^ here\u001b[39m\u001b[22m");
  expect(stripVTControlCharacters(coloured)).toBe(renderText(found, { colour: false }));
});
