import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { check } from "../../../src/check.ts";
import { compile } from "../../../src/compile.ts";
import { applyEdits } from "../../../src/diagnostics/edits.ts";
import { expand } from "../../../src/ir/expand/expand.ts";
import type { Statement } from "../../../src/parser/ast.ts";
import { parse } from "../../../src/parser/parse.ts";
import { statement } from "../../parser/arbitrary.ts";
import { checked, expectClean, expectFaults, fragment, policy, project } from "./helper.ts";

const open = "allow out to 203.0.113.0/28 tcp 443";

describe("an import", () => {
  test("means what its statements mean in its place", () => {
    const { root, load } = project({ "home.ksp": policy('import "a.ksp"'), "a.ksp": fragment("a", open) });
    const inline = { file: "home.ksp", text: policy(open) };
    const files = compile(root, { targets: ["nft"], load }).files;
    expect(files?.size).toBeGreaterThan(5);
    expect(files).toEqual(compile(inline, { targets: ["nft"] }).files);
  });

  test("keeps every statement at its own place", () => {
    const { root, load, spans } = project({
      "home.ksp": policy('import "a.ksp"'),
      "a.ksp": fragment("a", `⟦${open}⟧`),
    });
    const { origins, sources } = check(root, { load });
    expect(sources.map(({ file }) => file)).toEqual(["a.ksp"]);
    const places = [...(origins?.statements.values() ?? [])].map(({ span }) => span);
    expect(places).toContainEqual(spans["a.ksp"]?.[0]);
  });

  test("needs somebody who reads files", () => {
    const { diagnostics } = check({ file: "home.ksp", text: policy('import "a.ksp"') });
    expect(diagnostics.map(({ message }) => message)).toEqual([
      "`a.ksp` is not loaded: no way to read files was given",
    ]);
  });

  test("of nothing", () => {
    expectFaults(
      { "home.ksp": policy('import ⟦"a.ksp"⟧') },
      { code: "KSP2065", message: "`a.ksp` is not loaded: no such file or directory", at: ["home.ksp", 0] },
    );
  });

  test("of a policy", () => {
    expectFaults(
      { "home.ksp": policy('import ⟦"a.ksp"⟧'), "a.ksp": `ksp 1\npolicy ⟦a⟧\n${open}\n` },
      { code: "KSP2066", message: "`a.ksp` is a policy", at: ["home.ksp", 0], secondary: [["a.ksp", 0]] },
    );
  });

  test("of a fragment with a syntax error shows it there, once", () => {
    expectFaults(
      {
        "home.ksp": policy('import "b.ksp"', 'import "a.ksp"'),
        "a.ksp": fragment("a", "⟦alow⟧ dhcp"),
        "b.ksp": fragment("b", 'import "a.ksp"'),
      },
      { code: "KSP1002", message: "unknown statement `alow`", at: ["a.ksp", 0] },
    );
  });

  test("that says what the policy says shows both", () => {
    expectFaults(
      {
        "home.ksp": policy("⟦ipv6 block⟧", 'import "a.ksp"').replace("ipv6 block\nwatch", "watch"),
        "a.ksp": fragment("a", "⟦ipv6 block⟧"),
      },
      { code: "KSP2006", message: "`ipv6` is said twice", at: ["a.ksp", 0], secondary: [["home.ksp", 0]] },
    );
  });

  test("of two fragments with one name", () => {
    expectFaults(
      {
        "home.ksp": policy('import ⟦"a.ksp"⟧', 'import "b.ksp"'),
        "a.ksp": fragment("a", open),
        "b.ksp": fragment("⟦a⟧", "deny in"),
      },
      { code: "KSP2002", message: "the name `a` is declared twice", at: ["b.ksp", 0], secondary: [["home.ksp", 0]] },
    );
  });
});

describe("a diamond", () => {
  const diamond = (left: string, right: string) => ({
    "home.ksp": policy('import "left.ksp"', 'import "right.ksp"'),
    "left.ksp": fragment("left", 'import ⟦"base.ksp"⟧ {', `  site = ${left}`, "}"),
    "right.ksp": fragment("right", 'import ⟦"base.ksp"⟧ {', `  site = ${right}`, "}"),
    "base.ksp": fragment("base", "param site network", "allow out to $site tcp 443"),
  });

  test("with one meaning is taken in once", () => {
    expect(expectClean(diamond("203.0.113.0/28", "203.0.113.0/28")).policy?.allows).toHaveLength(1);
  });

  test("with two meanings is refused", () => {
    expectFaults(diamond("203.0.113.0/28", "203.0.113.64/28"), {
      code: "KSP2068",
      message: "the fragment `base` is imported twice with different bindings",
      at: ["right.ksp", 0],
      secondary: [["left.ksp", 0]],
    });
  });

  test("a default and the same value bound are one meaning", () => {
    expectClean({
      "home.ksp": policy('import "a.ksp"', 'import "a.ksp" {', "  web = 443", "}"),
      "a.ksp": fragment("a", "param web port = 443", "allow out to 203.0.113.0/28 tcp $web"),
    });
  });
});

describe("a circle", () => {
  test("shows the way round", () => {
    const files = {
      "home.ksp": policy('import "a.ksp"'),
      "a.ksp": fragment("a", 'import "b.ksp"'),
      "b.ksp": fragment("b", 'import ⟦"a.ksp"⟧'),
    };
    expectFaults(files, { code: "KSP2067", message: "the imports lead back to `a.ksp`", at: ["b.ksp", 0] });
    expect(checked(files).diagnostics[0]?.notes).toEqual(["the way round: a.ksp → b.ksp → a.ksp"]);
  });

  test("of one", () => {
    expectFaults(
      { "home.ksp": policy('import "a.ksp"'), "a.ksp": fragment("a", 'import ⟦"a.ksp"⟧') },
      { code: "KSP2067", message: "the imports lead back to `a.ksp`", at: ["a.ksp", 0] },
    );
  });

  test("an endless way is cut off", () => {
    const { root } = project({ "home.ksp": policy('import "1.ksp"') });
    const load = (path: string) => {
      const next = Number.parseInt(path, 10) + 1;
      return { file: path, text: fragment(`f${next}`, `import "${next}.ksp"`) };
    };
    const { diagnostics } = check(root, { load });
    expect(diagnostics.map(({ message }) => message)).toEqual([
      "`33.ksp` is not loaded: imports are nested more than 32 deep",
    ]);
  });
});

describe("a fragment by itself", () => {
  test("is refused with one message", () => {
    expectFaults(
      { "home.ksp": fragment("⟦a⟧", "param site network", "allow out to $site tcp 443", "list l = $site") },
      { code: "KSP2069", message: "`a` is a fragment, not a policy", at: ["home.ksp", 0] },
    );
  });

  test("has its parameters checked", () => {
    expectFaults(
      { "home.ksp": fragment("⟦a⟧", "param ⟦site⟧ network", "allow out to 192.0.2.1 tcp ⟦$site⟧") },
      {
        code: "KSP2063",
        message: "`$site` is a network and does not fit here",
        at: ["home.ksp", 2],
        secondary: [["home.ksp", 1]],
      },
      { code: "KSP2069", message: "`a` is a fragment, not a policy", at: ["home.ksp", 0] },
    );
  });
});

describe("a bare state in a fragment", () => {
  const second = `tunnel work {
  protocol wireguard
  interface "wg1"
  server 198.51.100.8 udp 51820
  carrier mark 0x1/0xff
  address 10.20.0.2/32
  carries 10.20.0.0/16
}
watch work {
  interface
  heartbeat 10.20.0.1 every 1s lost after 3
}`;
  const waiting = `${open} while down`;

  test("is that of its own chain", () => {
    const { policy: resolved } = expectClean({
      "home.ksp": policy('import "a.ksp"'),
      "a.ksp": fragment("a", second, waiting),
    });
    expect(resolved?.allows[0]?.while).toEqual([{ chain: "work", level: "down" }]);
  });

  test("is that of a chain of what it imports", () => {
    const { policy: resolved } = expectClean({
      "home.ksp": policy('import "a.ksp"'),
      "a.ksp": fragment("a", 'import "b.ksp"', waiting),
      "b.ksp": fragment("b", second),
    });
    expect(resolved?.allows[0]?.while).toEqual([{ chain: "work", level: "down" }]);
  });

  test("is that of the policy's chain where there is one only", () => {
    const { policy: resolved } = expectClean({
      "home.ksp": policy('import "a.ksp"'),
      "a.ksp": fragment("a", waiting),
    });
    expect(resolved?.allows[0]?.while).toEqual([{ level: "down" }]);
  });

  test("is unclear where the fragment has no chain and the policy two", () => {
    expectFaults(
      { "home.ksp": policy(second, 'import "a.ksp"'), "a.ksp": fragment("a", `${open} while ⟦down⟧`) },
      { code: "KSP2072", message: "`down` names no single chain of the fragment `a`", at: ["a.ksp", 0] },
    );
  });

  test("is that of all its chains where they are all of the policy", () => {
    const whole = policy(second, waiting).replace("ksp 1\npolicy home\n", "");
    const { policy: resolved } = expectClean({
      "home.ksp": 'ksp 1\npolicy home\nimport "a.ksp"\n',
      "a.ksp": fragment("a", whole),
    });
    expect(resolved?.allows[0]?.while).toEqual([{ level: "down" }]);
  });

  test("of the policy itself means all chains", () => {
    const { policy: resolved } = expectClean({
      "home.ksp": policy('import "a.ksp"', waiting),
      "a.ksp": fragment("a", second),
    });
    expect(resolved?.allows[0]?.while).toEqual([{ level: "down" }]);
  });
});

describe("a fix", () => {
  test("stands in the file of the statement that it belongs to", () => {
    const body = policy()
      .replace("ksp 1\npolicy home\n", "")
      .replace(/watch[\s\S]*/, "");
    const files = { "home.ksp": 'ksp 1\npolicy home\nimport "a.ksp"\n', "a.ksp": fragment("a", body) };
    const [fault] = checked(files).diagnostics;
    expect(fault?.code).toBe("KSP2019");
    const edits = fault?.help?.edits ?? [];
    expect(edits.map(({ span }) => span.file)).toEqual(["a.ksp"]);
    expectClean({ ...files, "a.ksp": applyEdits(files["a.ksp"], edits).text });
  });

  test("that adds a statement finds the end of the policy, not of a fragment", () => {
    const { root, load, spans } = project({
      "home.ksp": `${policy("⟦deny in from 192.0.2.1⟧")}import "a.ksp"\n`,
      "a.ksp": fragment("a", open),
    });
    const end = spans["home.ksp"]?.[0]?.end;
    expect(check(root, { load }).origins?.end).toEqual({ file: "home.ksp", start: end, end });
  });
});

/** Whether it needs to be expanded. */
const isPlain = (each: Statement): boolean =>
  each.kind !== "param" &&
  each.kind !== "import" &&
  !(each.kind === "list" && each.source.kind === "file") &&
  !JSON.stringify(each).includes('"kind":"param"');

test("what has no parameter, import or list file stays as it is", () => {
  const parsed = parse({ file: "home.ksp", text: policy() }).file;
  if (!parsed) throw new Error("the policy has a syntax error");
  fc.assert(
    fc.property(fc.array(statement.filter(isPlain), { maxLength: 8 }), (statements) => {
      const file = { ...parsed, statements };
      expect(expand(file, { file: "home.ksp", text: "" })).toEqual({ file, sources: [], diagnostics: [] });
    }),
    { numRuns: 300 },
  );
});

test("whatever stands in it, nothing is thrown", () => {
  const parsed = parse({ file: "home.ksp", text: policy() }).file;
  if (!parsed) throw new Error("the policy has a syntax error");
  const load = (path: string) => (path.length % 2 === 0 ? { file: path, text: path } : { fault: "odd" });
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 8 }), fc.constantFrom("policy", "fragment"), (statements, type) => {
      const { file, diagnostics } = expand({ ...parsed, type, statements }, { file: "home.ksp", text: "" }, load);
      expect(file === undefined).toBe(diagnostics.length > 0);
      const left = file?.statements.filter(({ kind }) => kind === "param" || kind === "import");
      expect(left ?? []).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
