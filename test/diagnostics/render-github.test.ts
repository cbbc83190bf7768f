import fc from "fast-check";
import { expect, test } from "vitest";
import { type Diagnostic, diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { visible } from "../../src/diagnostics/display.ts";
import { renderGithub } from "../../src/diagnostics/render-github.ts";
import { report } from "../../src/diagnostics/report.ts";
import { anyReport } from "./any-report.ts";
import { at, marked } from "./marked.ts";

interface Command {
  readonly name: string;
  readonly properties: ReadonlyMap<string, string>;
  readonly message: string;
}

/** Reads a line as the runner does. */
function parse(line: string): Command {
  const found = /^::(\w+) (.*?)::(.*)$/.exec(line);
  if (!found) throw new Error(`no command: ${line}`);
  const [, name = "", list = "", message = ""] = found;
  const pairs = list.split(",").map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
  const plain = (text: string) => text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
  const property = (text = "") => plain(text.replaceAll("%3A", ":").replaceAll("%2C", ","));
  return {
    name,
    properties: new Map(pairs.map(([key = "", value]) => [key, property(value)])),
    message: plain(message),
  };
}

const { source, spans } = marked("ksp 1\n⟦tunel⟧ wg0 ⟦{\n  x\n⟧", "a,b:50%.ksp");
const misspelt = diagnostic(
  "KSP1002",
  { word: "tunel" },
  { at: at(spans, 0), label: "expected `tunnel`", notes: ["100% a note"], help: "a similar word exists" },
);
const block: Diagnostic = diagnostic("KSP2043", { what: "exemption" }, { at: at(spans, 1) });
const gone = diagnostic("KSP5001", { file: "gone.ksp", reason: "no such file" });

test("one command a diagnostic, and how many there are", () => {
  expect(renderGithub(report([misspelt, block, gone], [source]))).toMatchInlineSnapshot(`
    "::error title=KSP5001 unreadable-file::\`gone.ksp\` cannot be read: no such file
    ::error file=a%2Cb%3A50%25.ksp,line=2,endLine=2,col=1,title=KSP1002 unknown-statement::unknown statement \`tunel\`%0Aexpected \`tunnel\`%0Anote: 100%25 a note%0Ahelp: a similar word exists
    ::warning file=a%2Cb%3A50%25.ksp,line=2,endLine=3,title=KSP2043 adds-nothing::this exemption adds nothing
    2 errors, 1 warning
    "
  `);
});

test("nothing found, nothing printed", () => {
  expect(renderGithub(report([], [source]))).toBe("");
});

test("any diagnostic of any text is one line that the runner reads back", () => {
  fc.assert(
    fc.property(anyReport, (found) => {
      const lines = renderGithub(found).split("\n");
      expect(lines.filter((line) => line.startsWith("::"))).toHaveLength(found.diagnostics.length);
      for (const [i, { severity, message, primary }] of found.diagnostics.entries()) {
        const command = parse(lines[i] ?? "");
        expect(command.name).toBe(severity);
        expect(command.properties.get("title")).toBe("KSP1002 unknown-statement");
        expect(command.properties.get("file")).toBe(primary && visible(primary.span.file));
        expect(command.message.split("\n")[0]).toBe(visible(message));
        const position = primary && found.lines.get(primary.span.file)?.position(primary.span.start);
        expect(command.properties.get("line")).toBe(position && String(position.line));
      }
    }),
  );
});
