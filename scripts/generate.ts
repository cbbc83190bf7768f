import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { generateCstDts } from "chevrotain";
import { diffDocumentSchema } from "../src/diff-schema.ts";
import { bundleSchema } from "../src/ir/bundle.ts";
import { policySchema } from "../src/ir/policy.ts";
import { wfpDocumentSchema } from "../src/ir/wfp-document.ts";
import { Grammar } from "../src/parser/grammar.ts";
import { backendsPage } from "./backends-table.ts";
import { ebnf } from "./grammar/ebnf.ts";
import { railroad } from "./grammar/railroad.ts";
import { textmate } from "./grammar/textmate.ts";
import { runtimePage } from "./runtime-tables.ts";
import { shareDefinitions } from "./share-definitions.ts";
import { statesPage } from "./states-tables.ts";

/** A file that is made from the sources and committed beside them. */
export interface Artefact {
  /** Relative to the project. */
  readonly path: string;
  readonly content: () => string;
}

export const artefacts: readonly Artefact[] = [
  {
    path: "src/parser/cst.generated.ts",
    content: () => {
      const types = generateCstDts(new Grammar({ validate: true }).getGAstProductions(), {
        includeVisitorInterface: false,
      });
      return `// Generated from grammar.ts by \`npm run generate\`. Not to be edited.\n${types.replace("ICstVisitor, ", "")}\n`;
    },
  },
  { path: "grammar/ksp.ebnf", content: ebnf },
  { path: "grammar/railroad.html", content: railroad },
  { path: "grammar/ksp.tmLanguage.json", content: textmate },
  { path: "docs/backends.md", content: backendsPage },
  { path: "docs/states.md", content: statesPage },
  { path: "docs/runtime.md", content: runtimePage },
  {
    path: "man/ksp.1",
    content: () => execFileSync(process.execPath, [inProject("src/cli.ts"), "man"], { encoding: "utf8" }),
  },
  {
    path: "schema/policy.schema.json",
    content: () => schemaText(policySchema, "A ksp policy, compiled: what policy.json holds"),
  },
  {
    path: "schema/bundle.schema.json",
    content: () => schemaText(bundleSchema, "What ksp compile writes and the runtime loads"),
  },
  {
    path: "schema/diff.schema.json",
    content: () => schemaText(diffDocumentSchema, "What ksp diff --format json prints"),
  },
  {
    path: "schema/wfp.schema.json",
    content: () => schemaText(wfpDocumentSchema, "A state of a policy as filters of the Windows Filtering Platform"),
  },
];

const schemaText = (schema: object, title: string): string =>
  `${JSON.stringify({ $schema: "http://json-schema.org/draft-07/schema#", title, ...shareDefinitions(schema) }, null, 2)}\n`;

const inProject = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The artefacts whose file is missing or differs. */
export function stale(): readonly Artefact[] {
  return artefacts.filter(({ path, content }) => {
    try {
      return readFileSync(inProject(path), "utf8") !== content();
    } catch {
      return true;
    }
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const old = stale();
  if (process.argv.includes("--check")) {
    for (const { path } of old) console.error(`${path} is stale: run \`npm run generate\``);
    process.exitCode = old.length === 0 ? 0 : 1;
  } else {
    for (const { path, content } of old) {
      mkdirSync(dirname(inProject(path)), { recursive: true });
      writeFileSync(inProject(path), content());
      console.log(`wrote ${path}`);
    }
  }
}
