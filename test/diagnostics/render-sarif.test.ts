import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { renderSarif } from "../../src/diagnostics/render-sarif.ts";
import { type Report, report } from "../../src/diagnostics/report.ts";
import { anyReport } from "./any-report.ts";
import { at, marked } from "./marked.ts";
import { isOurSarif, isSarif, publishedText } from "./sarif-schema.ts";

const docs = new URL("../../docs/diagnostics/", import.meta.url).href;
const render = (found: Report) => renderSarif(found, { version: "1.2.3", docs });
/** What the published schema, and then the narrower one of ksp, holds against it. */
const faults = (log: unknown) =>
  [isSarif, isOurSarif].flatMap((validate) => (validate(log) ? [] : (validate.errors ?? [])));

const { source, spans } = marked("ksp 1\n⟦tunel⟧ wg0 ⟦{⟧\n⟦⟧");
const misspelt = diagnostic(
  "KSP1002",
  { word: "tunel" },
  {
    at: at(spans, 0),
    label: "expected `tunnel` or `}`",
    secondary: [{ span: at(spans, 1), text: "before this" }],
    notes: ["a note"],
    help: { text: "a similar word exists", edits: [{ span: at(spans, 0), text: "tunnel {" }] },
  },
);
const unclosed = diagnostic("KSP1004", { block: "tunnel wg0" }, { at: at(spans, 2) });
const warning = diagnostic("KSP2043", { what: "exemption" }, { at: at(spans, 1) });
const gone = diagnostic("KSP5001", { file: "a.ksp", reason: "gone" });

test("a result has its rule, its place, related places and the fix", () => {
  const [run] = render(report([misspelt], [source])).runs;
  const word = { startLine: 2, startColumn: 1, endLine: 2, endColumn: 6 };
  const artifactLocation = { uri: "home.ksp" };
  expect(run.results).toStrictEqual([
    {
      ruleId: "KSP1002",
      ruleIndex: 0,
      level: "error",
      message: { text: "unknown statement `tunel`\nnote: a note\nhelp: a similar word exists" },
      locations: [
        { physicalLocation: { artifactLocation, region: word }, message: { text: "expected `tunnel` or `}}`" } },
      ],
      relatedLocations: [
        {
          id: 0,
          physicalLocation: {
            artifactLocation,
            region: { startLine: 2, startColumn: 11, endLine: 2, endColumn: 12 },
          },
          message: { text: "before this" },
        },
      ],
      fixes: [
        {
          description: { text: "a similar word exists" },
          artifactChanges: [
            { artifactLocation, replacements: [{ deletedRegion: word, insertedContent: { text: "tunnel {" } }] },
          ],
        },
      ],
    },
  ]);
  expect(run.invocations).toStrictEqual([{ executionSuccessful: true, toolExecutionNotifications: [] }]);
});

test("rules are those of the results, once each and by code, with pages that exist", () => {
  const found = report([unclosed, misspelt, warning, misspelt], [source]);
  const [run] = render(found).runs;
  const { rules } = run.tool.driver;
  expect(rules.map(({ id, name, defaultConfiguration }) => [id, name, defaultConfiguration.level])).toEqual([
    ["KSP1002", "unknown-statement", "error"],
    ["KSP1004", "unclosed-block", "error"],
    ["KSP2043", "adds-nothing", "warning"],
  ]);
  expect(run.results.map(({ ruleId, ruleIndex }) => [ruleId, rules[ruleIndex]?.id])).toEqual(
    found.diagnostics.map(({ code }) => [code, code]),
  );
  expect(rules.filter(({ helpUri }) => !existsSync(new URL(helpUri)))).toEqual([]);
});

test("a fault without a place hinders the tool and is no result", () => {
  const [run] = render(report([gone, misspelt], [source])).runs;
  expect(run.results.map(({ ruleId }) => ruleId)).toEqual(["KSP1002"]);
  expect(run.invocations).toStrictEqual([
    {
      executionSuccessful: false,
      toolExecutionNotifications: [
        {
          descriptor: { id: "KSP5001", index: 0 },
          level: "error",
          message: { text: "`a.ksp` cannot be read: gone" },
        },
      ],
    },
  ]);
  expect(run.tool.driver.notifications.map(({ id }) => id)).toEqual(["KSP5001"]);
});

test.each([
  ["a b/ü#1.ksp", "a%20b/%C3%BC%231.ksp"],
  ["/srv/home.ksp", "file:///srv/home.ksp"],
  ["c:home.ksp", "c%3Ahome.ksp"],
  ["-", "-"],
  ["\ud800.ksp", "%EF%BF%BD.ksp"],
])("the path %s", (file, uri) => {
  const found = diagnostic("KSP1017", {}, { at: { file, start: 0, end: 0 } });
  const [result] = render(report([found], [{ file, text: "" }])).runs[0].results;
  expect(result?.locations[0]?.physicalLocation.artifactLocation).toEqual({ uri });
});

test("where the text of a file is unknown, the place is the file and no half of a fix is offered", () => {
  const known = marked("⟦a⟧", "known.ksp");
  const edits = [...spans, ...known.spans].map((span) => ({ span, text: "b" }));
  const found = diagnostic("KSP1017", {}, { at: at(spans, 0), help: { text: "write it", edits } });
  const [result] = render(report([found], [known.source])).runs[0].results;
  expect(result?.locations).toEqual([{ physicalLocation: { artifactLocation: { uri: "home.ksp" } } }]);
  expect(result?.fixes).toBeUndefined();
});

test("nothing found is a run without results", () => {
  const log = render(report([], [source]));
  expect(faults(log)).toEqual([]);
  expect(log.runs[0].results).toEqual([]);
});

test("any diagnostic of any text follows the format, and the same input gives the same bytes", () => {
  fc.assert(
    fc.property(anyReport, (found) => {
      const text = JSON.stringify(render(found));
      expect(JSON.stringify(render(found))).toBe(text);
      const log = JSON.parse(text);
      expect(faults(log)).toEqual([]);
      const { results, invocations } = log.runs[0];
      expect(results.length + invocations[0].toolExecutionNotifications.length).toBe(found.diagnostics.length);
    }),
  );
});

test("the published schema is as it was published, and notices what is wrong by itself", () => {
  expect(createHash("sha256").update(publishedText).digest("hex")).toBe(
    "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e",
  );
  const log = render(report([misspelt], [source]));
  const [run] = log.runs;
  const [result] = run.results;
  for (const wrong of [
    { ...log, version: "2.0.0" },
    { ...log, runs: [{ ...run, tool: {} }] },
    { ...log, runs: [{ ...run, columnKind: "bytes" }] },
    { ...log, runs: [{ ...run, results: [{ ...result, message: {} }] }] },
    { ...log, runs: [{ ...run, results: [{ ...result, level: "fatal" }] }] },
    { ...log, runs: [{ ...run, results: [{ ...result, rule: "KSP1002" }] }] },
  ])
    expect(isSarif(wrong), JSON.stringify(wrong)).toBe(false);
});

test("both schemas together notice what is wrong", () => {
  const log = () => JSON.parse(JSON.stringify(render(report([misspelt, gone], [source]))));
  const broken: readonly ((run: ReturnType<typeof log>["runs"][0]) => void)[] = [
    (run) => delete run.tool,
    (run) => delete run.results[0].message,
    (run) => Object.assign(run.results[0], { labels: [] }),
    (run) => Object.assign(run.results[0].locations[0].physicalLocation.region, { startColumn: 0 }),
    (run) => Object.assign(run.results[0].message, { text: "a { b" }),
    (run) => Object.assign(run.tool.driver.rules[0], { helpUri: "KSP1002.md" }),
    (run) => delete run.invocations[0].executionSuccessful,
  ];
  expect(faults(log())).toEqual([]);
  for (const breakIt of broken) {
    const one = log();
    breakIt(one.runs[0]);
    expect(faults(one), String(breakIt)).not.toEqual([]);
  }
});
