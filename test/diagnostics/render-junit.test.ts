import fc from "fast-check";
import { expect, test } from "vitest";
import { diagnostic, isError } from "../../src/diagnostics/diagnostic.ts";
import { renderJunit } from "../../src/diagnostics/render-junit.ts";
import { report } from "../../src/diagnostics/report.ts";
import { anyReport } from "./any-report.ts";
import { at, marked } from "./marked.ts";
import { type Element, parseXml } from "./xml.ts";

const { source, spans } = marked("ksp 1\n⟦tunel⟧ wg0 ⟦{⟧\n");
const misspelt = diagnostic("KSP1002", { word: "tunel" }, { at: at(spans, 0), notes: ["a <b> & c ]]> d"] });
const warning = diagnostic("KSP2043", { what: "exemption" }, { at: at(spans, 1), label: "here" });

test("a case a diagnostic, a suite a file", () => {
  const gone = diagnostic("KSP5001", { file: "a.ksp", reason: "gone" });
  const found = report([warning, misspelt, gone], [source, { file: "good.ksp", text: "" }]);
  expect(renderJunit(found)).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="ksp" tests="4" failures="2" errors="0">
    <testsuite name="ksp" tests="1" failures="1" errors="0" skipped="0">
    <testcase name="KSP5001 unreadable-file" classname="ksp">
    <failure type="KSP5001" message="\`a.ksp\` cannot be read: gone">error[KSP5001]: \`a.ksp\` cannot be read: gone</failure>
    </testcase>
    </testsuite>
    <testsuite name="home.ksp" tests="2" failures="1" errors="0" skipped="0">
    <testcase name="KSP1002 unknown-statement at 2:1" classname="home.ksp" file="home.ksp" line="2">
    <failure type="KSP1002" message="unknown statement \`tunel\`">home.ksp:2:1: error[KSP1002]: unknown statement \`tunel\`
      note: a &lt;b&gt; &amp; c ]]&gt; d</failure>
    </testcase>
    <testcase name="KSP2043 adds-nothing at 2:11" classname="home.ksp" file="home.ksp" line="2">
    <system-out>home.ksp:2:11: warning[KSP2043]: this exemption adds nothing
      home.ksp:2:11: here</system-out>
    </testcase>
    </testsuite>
    <testsuite name="good.ksp" tests="1" failures="0" errors="0" skipped="0">
    <testcase name="no findings" classname="good.ksp" file="good.ksp"/>
    </testsuite>
    </testsuites>
    "
  `);
});

const below = (element: Element, name: string): readonly Element[] => [
  ...element.children.filter((child) => child.name === name),
  ...element.children.flatMap((child) => below(child, name)),
];

test("any diagnostic of any text is well-formed, and is counted", () => {
  fc.assert(
    fc.property(anyReport, (found) => {
      const root = parseXml(renderJunit(found));
      const cases = below(root, "testcase");
      expect(root.attributes.get("tests")).toBe(String(cases.length));
      expect(below(root, "failure")).toHaveLength(found.errors);
      expect(below(root, "system-out")).toHaveLength(found.warnings);
      expect(root.attributes.get("failures")).toBe(String(found.errors));
      for (const suite of below(root, "testsuite")) {
        expect(suite.attributes.get("tests")).toBe(String(suite.children.length));
        expect(suite.attributes.get("failures")).toBe(String(below(suite, "failure").length));
      }
      expect(cases.length - found.diagnostics.length).toBeGreaterThanOrEqual(0);
    }),
  );
});

test("what is said survives the markup", () => {
  const [failure] = below(parseXml(renderJunit(report([misspelt], [source]))), "failure");
  expect(isError(misspelt)).toBe(true);
  expect(failure?.text).toContain("note: a <b> & c ]]> d");
});

test.each([
  "<a>",
  "<a></b>",
  '<a x="1" x="2"/>',
  "<a>&</a>",
  "<a>&nbsp;</a>",
  "<a>]]></a>",
  "<a>\u0001</a>",
  "<a/><b/>",
  '<a x="<"/>',
  "<a>\ud800</a>",
])("the reader of the test refuses %j", (text) => {
  expect(() => parseXml(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`)).toThrow();
});
