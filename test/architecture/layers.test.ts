import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf, type Layer, layerOf, layers, violations } from "./layers.ts";

const root = new URL("../../", import.meta.url).pathname;
const read = (path: string) => readFileSync(join(root, path), "utf8");
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file, text: read(`src/${file}`) }));
const table = layers(read("ARCHITECTURE.md"));
const imports = sources.flatMap(({ file, text }) => importsOf(file, text));

describe("the project", () => {
  test("imports only what the table allows", () => {
    expect(violations(table, imports)).toEqual([]);
  });

  test("was seen with all its imports, in every part", () => {
    expect(imports.length).toBeGreaterThan(200);
    const seen = new Set(imports.map(({ from }) => layerOf(table, from)?.part));
    const leaf = ({ part, imports, packages }: Layer) => part.endsWith(".ts") && imports.length + packages.length === 0;
    expect(table.filter((layer) => !seen.has(layer.part) && !leaf(layer))).toEqual([]);
    const statements = sources.flatMap(({ text }) => text.match(/^(import|export)\b.*\bfrom "|^\} from "/gm) ?? []);
    expect(statements.length).toBeGreaterThan(200);
    expect(imports.length).toBeGreaterThanOrEqual(statements.length);
  });

  test("every file belongs to a part, and every part and import of the table exists", () => {
    expect(sources.filter(({ file }) => !layerOf(table, file)).map(({ file }) => file)).toEqual([]);
    const exists = (part: string) => sources.some(({ file }) => file === part || file.startsWith(`${part}/`));
    const named = table.flatMap(({ part, imports }) => [part, ...imports]);
    expect(named.filter((part) => !exists(part))).toEqual([]);
  });

  test("loads no proof engine into the daemon's own thread", () => {
    const texts = new Map(sources.map(({ file, text }) => [file, text]));
    const loaded = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
      if (seen.has(file)) return seen;
      seen.add(file);
      const values = (texts.get(file) ?? "").replaceAll(/^import type [^;]*;/gm, "");
      for (const { specifier } of importsOf(file, values))
        if (specifier.startsWith(".")) loaded(posix.join(posix.dirname(file), specifier), seen);
      return seen;
    };
    const engine = (file: string) => [...loaded(file)].filter((one) => one.startsWith("proof/"));
    expect(engine("runtime/daemon.ts")).toEqual([]);
    expect(engine("runtime/nft/meaning-thread.ts").length).toBeGreaterThan(10);
  });

  test("prints and ends nothing outside the commands", () => {
    const library = sources.filter(({ file }) => file !== "cli.ts" && !file.startsWith("commands/"));
    expect(library.length).toBeGreaterThan(20);
    expect(library.filter(({ text }) => /\b(?:console|process)\s*[.[]/.test(text)).map(({ file }) => file)).toEqual([]);
    // A daemon whose log nobody reads would not end otherwise.
    expect(sources.filter(({ text }) => /\bconsole\.|\bprocess\.exit\(/.test(text)).map(({ file }) => file)).toEqual([
      "commands/run.ts",
    ]);
  });

  test("has nothing left to do in the source", () => {
    expect(sources.filter(({ text }) => /\b(?:TODO|FIXME|XXX)\b/.test(text)).map(({ file }) => file)).toEqual([]);
  });

  test("names no registry in its lock file", () => {
    const { packages } = JSON.parse(read("package-lock.json")) as {
      readonly packages: Readonly<Record<string, object>>;
    };
    expect(Object.keys(packages).length).toBeGreaterThan(50);
    const sources = Object.entries(packages).map(([name, entry]) => [
      name,
      JSON.stringify({ ...entry, funding: undefined }),
    ]);
    expect(sources.filter(([, entry]) => /"resolved"|https?:/.test(entry ?? ""))).toEqual([]);
  });
});

describe("the checker", () => {
  const planted = layers(`# A\n\n## Allowed imports\n
| part | may import | packages |
| --- | --- | --- |
| \`net\` | | |
| \`ir\` | \`net\` | \`node:crypto\` |
| \`ir/resolve\` | \`ir\`, \`parser/ast.ts\` | |
| \`cli.ts\` | \`ir\` | |

## Other

| \`net\` | \`everything\` | |
`);
  const judge = (file: string, source: string) => violations(planted, importsOf(file, source));

  test("reads the table and nothing after it", () => {
    expect(planted).toHaveLength(4);
    expect(planted[1]).toEqual({ part: "ir", imports: ["net"], packages: ["node:crypto"] });
  });

  test.each([
    ["a value", 'import { a } from "../parser/ast.ts";'],
    ["a type", 'import type { A } from "../parser/ast.ts";'],
    ["several lines", 'import {\n  a,\n  b,\n} from "../parser/ast.ts";'],
    ["a re-export", 'export * from "../parser/ast.ts";'],
    ["a side effect", 'import "../parser/ast.ts";'],
    ["on demand", 'const a = await import("../parser/ast.ts");'],
    ["a type on demand", 'type A = import("../parser/ast.ts").A;'],
    ["single quotes", "import { a } from '../parser/ast.ts';"],
    ["require", 'const a = require("../parser/ast.ts");'],
  ])("catches a forbidden import: %s", (_, source) => {
    expect(judge("ir/plan.ts", source)).toEqual(["ir/plan.ts → ../parser/ast.ts"]);
  });

  test("catches a computed import, a foreign package and a file of no part", () => {
    expect(judge("ir/plan.ts", "await import(name)")).toEqual(["ir/plan.ts → (computed)"]);
    expect(judge("net/address.ts", 'import "node:crypto";')).toEqual(["net/address.ts → node:crypto"]);
    expect(judge("other/x.ts", 'import "./y.ts";')).toEqual(["other/x.ts → ./y.ts"]);
  });

  test("a name that only starts like a part is another part", () => {
    expect(judge("ir/plan.ts", 'import "../network/x.ts";')).toEqual(["ir/plan.ts → ../network/x.ts"]);
  });

  test("the most specific row counts, and lets pass what it allows", () => {
    expect(judge("ir/resolve/a.ts", 'import "../../parser/ast.ts"; import "../policy.ts"; import "./b.ts";')).toEqual(
      [],
    );
    expect(judge("ir/resolve/a.ts", 'import "../../net/a.ts"; import "node:crypto";')).toHaveLength(2);
    expect(judge("ir/plan.ts", 'import "node:crypto"; import "../net/a.ts"; import "./resolve/a.ts";')).toEqual([]);
  });
});
