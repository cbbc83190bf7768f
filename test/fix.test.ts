import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { check } from "../src/check.ts";
import { diagnostic, isError } from "../src/diagnostics/diagnostic.ts";
import { applyEdits } from "../src/diagnostics/edits.ts";
import type { Source } from "../src/diagnostics/span.ts";
import { type FixOptions, fix } from "../src/fix.ts";
import type { Load } from "../src/ir/expand/load.ts";
import { home } from "./checks/helper.ts";

function repair(text: string, options: FixOptions = {}) {
  const { changed, fixed, left } = fix([{ file: "home.ksp", text }], options);
  return { text: changed[0]?.text ?? text, fixed, left };
}
const diagnose = (text: string) => check({ file: "home.ksp", text }).diagnostics;
const codes = (found: readonly { readonly code: string }[]) => found.map(({ code }) => code);

test("a good policy stays as it is", () => {
  expect(repair(home())).toEqual({ text: home(), fixed: [], left: [] });
});

test("a fault and what it hid are fixed, one after the other", () => {
  const { text, fixed, left } = repair(home({ watch: "" }).replace("tunnel wg0", "tunel wg0"));
  expect(fixed).toEqual([
    { file: "home.ksp", code: "KSP1002", message: "unknown statement `tunel`", help: "a similar word exists" },
    { file: "home.ksp", code: "KSP2019", message: "tunnel `wg0` has no `watch`", help: "watch it" },
  ]);
  expect(left).toEqual([]);
  expect(diagnose(text)).toEqual([]);
});

test("where a fault without a fix would remain, nothing is changed, and that fault is named", () => {
  const text = home({ watch: "", more: "allow out to 0.0.0.0/0" });
  const { fixed, left, ...rest } = repair(text);
  expect({ fixed, text: rest.text }).toEqual({ fixed: [], text });
  expect(left).toMatchObject([{ code: "KSP2019", why: expect.stringMatching(/^KSP2034 would remain: /) }]);
});

test("a fix that leads to another fault is not applied", () => {
  const text = home({ dns: "dns 10.64.0.1 through wg0\ndns 10.64.0.1 through gw0" });
  const [fault] = diagnose(text);
  expect(codes(diagnose(applyEdits(text, fault?.help?.edits ?? []).text))).toEqual(["KSP2010"]);
  expect(repair(text)).toMatchObject({
    text,
    fixed: [],
    left: [{ code: "KSP2001", why: "the proposal alone would bring another fault" }],
  });
});

test("a fix that does not help, or whose edits overlap, is not applied", () => {
  const stubborn = (source: Source, ...spans: readonly (readonly [number, number])[]) => {
    const edits = spans.map(([start, end]) => ({ span: { file: source.file, start, end }, text: "x" }));
    return { sources: [], diagnostics: [diagnostic("KSP1017", {}, { help: { text: "write it", edits } })] };
  };
  for (const spans of [
    [[0, 0]],
    [
      [0, 2],
      [1, 3],
    ],
  ] as const) {
    const judge = (source: Source) =>
      spans.length > 1 && source.text !== "abc" ? { sources: [], diagnostics: [] } : stubborn(source, ...spans);
    expect(repair("abc", { judge })).toMatchObject({ text: "abc", fixed: [] });
  }
});

test("a policy of a later version is not read as one of this", () => {
  const text = home().replace("ksp 1", "ksp 2");
  expect(repair(text)).toEqual({ text, fixed: [], left: [] });
});

test("what is put in has the line ends of the file", () => {
  const text = home({ ipv6: "", watch: "" }).replaceAll("\n", "\r\n");
  const fixed = repair(text);
  expect(codes(fixed.fixed)).toEqual(expect.arrayContaining(["KSP2011", "KSP2019"]));
  expect(fixed.text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
});

test.each(["allow dns", "allow ping", "deny lan", "allow lam\nallow on"])("no opening is guessed: %s", (more) => {
  const text = home({ more });
  expect(repair(text)).toMatchObject({ text, fixed: [] });
});

test("what a warning proposes is left to people", () => {
  const text = home({ more: 'allow out to 203.0.113.7 tcp 443 through wg0 reason "kept"' });
  expect(diagnose(text)[0]?.help?.edits).toHaveLength(1);
  expect(repair(text)).toEqual({ text, fixed: [], left: [] });
});

describe("files that belong together", () => {
  const office = "ksp 1\nfragment office\nalow out to 203.0.113.0/28 tcp 443\n";
  const sound = office.replace("alow", "allow");
  const policy = (file: string, more = ""): Source => ({ file, text: `${home({ more })}\nimport "office.ksp"\n` });
  const loadFrom =
    (...files: readonly Source[]) =>
    (): Load =>
    (path) =>
      files.find(({ file }) => file === path) ?? { fault: "no such file" };
  const fragment = { file: "office.ksp", text: office };
  const load = loadFrom(fragment);
  const mayChange = () => true;

  test("a fault in what is imported is fixed there, once", () => {
    for (const sources of [[policy("a.ksp")], [policy("a.ksp"), policy("b.ksp")], [policy("a.ksp"), fragment]]) {
      const { changed, fixed, left } = fix(sources, { load, mayChange });
      expect(changed).toEqual([{ file: "office.ksp", before: office, text: sound }]);
      expect(fixed.map(({ file, code }) => [file, code])).toEqual([["office.ksp", "KSP1002"]]);
      expect(left).toEqual([]);
    }
  });

  test("but not where the file was not named", () => {
    const { changed, fixed, left } = fix([policy("a.ksp")], { load });
    expect({ changed, fixed }).toEqual({ changed: [], fixed: [] });
    expect(left).toMatchObject([{ file: "office.ksp", code: "KSP1002", why: "this file was not named" }]);
  });

  test("not where another policy that reads it would still not compile, nor what needs it", () => {
    const spoilt = policy("b.ksp", "allow out to 0.0.0.0/0");
    const { changed, left } = fix(
      [{ ...policy("a.ksp"), text: policy("a.ksp").text.replace("tunnel", "tunel") }, spoilt],
      {
        load,
        mayChange,
      },
    );
    expect(changed).toEqual([]);
    expect(left.map(({ file, why }) => [file, why])).toEqual([
      ["a.ksp", "a file that belongs to it cannot be fixed"],
      ["office.ksp", expect.stringMatching(/^KSP2034 would remain: /)],
    ]);
  });

  test("a policy of its own is fixed beside a hopeless one", () => {
    const hopeless = { file: "b.ksp", text: home({ more: "allow out to 0.0.0.0/0" }) };
    const { changed } = fix([{ file: "a.ksp", text: home({ more: "alow out to 203.0.113.7" }) }, hopeless]);
    expect(changed.map(({ file }) => file)).toEqual(["a.ksp"]);
  });

  test("a fix that is none for another policy is not applied", () => {
    // Either of the two policies can do without the line of the fragment; only one has it twice.
    const shared = { file: "office.ksp", text: "ksp 1\nfragment office\nallow out to 203.0.113.7 tcp 443\n" };
    const twice = { ...policy("a.ksp"), text: `${policy("a.ksp").text}allow out to 203.0.113.7 tcp 443\n` };
    const { changed } = fix([twice, policy("b.ksp")], { load: loadFrom(shared), mayChange });
    for (const { file, text } of changed) {
      const now = (source: Source) => (source.file === file ? { ...source, text } : source);
      for (const source of [twice, policy("b.ksp")])
        expect(check(now(source), { load: loadFrom(now(shared))() }).diagnostics).toEqual([]);
    }
  });

  test("a pin is not renewed", () => {
    const list = { file: "ads.txt", text: "192.0.2.7\n" };
    const text = home({ more: `list ads from "ads.txt" sha256 "${"0".repeat(64)}"\ndeny out to @ads` });
    const found = check({ file: "a.ksp", text }, { load: loadFrom(list)() }).diagnostics;
    expect(codes(found)).toEqual(["KSP2070"]);
    expect(fix([{ file: "a.ksp", text }], { load: loadFrom(list), mayChange })).toEqual({
      changed: [],
      fixed: [],
      left: [],
    });
  });
});

test("comments and line ends around a fix stay", () => {
  const text = home({ more: "# kept\r\nalow lan # this too\r\n" });
  const fixed = repair(text);
  expect(fixed.text).toBe(text.replace("alow", "allow"));
});

const folder = new URL("../examples/", import.meta.url);
const policies = [
  home(),
  ...readdirSync(folder)
    .filter((file) => file.endsWith(".ksp"))
    .map((file) => readFileSync(new URL(file, folder), "utf8")),
];

describe("of any spoilt policy", () => {
  const spoilt = fc
    .tuple(
      fc.constantFrom(...policies),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom("drop", "swap", "cut", "twice")), { maxLength: 3 }),
    )
    .map(([text, changes]) => changes.reduce((now, [at, how]) => spoil(now, at, how), text));

  test("fixing twice changes nothing more, and what is changed compiles", () => {
    let repaired = 0;
    fc.assert(
      fc.property(spoilt, (text) => {
        const once = repair(text);
        expect(repair(once.text)).toMatchObject({ text: once.text, fixed: [] });
        expect(once.text === text).toBe(once.fixed.length === 0);
        if (once.text !== text) expect(diagnose(once.text).filter(isError)).toEqual([]);
        repaired += once.fixed.length;
      }),
      { numRuns: 60 },
    );
    expect(repaired).toBeGreaterThan(0);
  });
});

function spoil(text: string, at: number, how: string): string {
  const lines = text.split("\n");
  const index = at % lines.length;
  const line = lines[index] ?? "";
  const letter = at % Math.max(1, line.length);
  switch (how) {
    case "drop":
      return lines.toSpliced(index, 1).join("\n");
    case "twice":
      return lines.toSpliced(index, 0, line).join("\n");
    case "cut":
      return lines.with(index, line.slice(0, letter) + line.slice(letter + 1)).join("\n");
    default:
      return lines
        .with(index, line.slice(0, letter) + (line[letter + 1] ?? "") + (line[letter] ?? "") + line.slice(letter + 2))
        .join("\n");
  }
}

test("a name that may mean one of two, or another number, is left to people", () => {
  const lists = "list office-a = 203.0.113.0/28\nlist office-b = 203.0.113.16/28\ndeny out to @office-a, @office-b";
  for (const more of [`${lists}\nallow out to @office-c tcp 443`, "deny out to 203.0.113.9 through wg1"])
    expect(repair(home({ more }))).toMatchObject({ fixed: [], left: [] });
});
