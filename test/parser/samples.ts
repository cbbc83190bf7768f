import { readdirSync, readFileSync } from "node:fs";
import type { File, Statement } from "../../src/parser/ast.ts";
import { parse } from "../../src/parser/parse.ts";

export interface Sample {
  readonly file: string;
  readonly text: string;
}

const folder = new URL("samples/", import.meta.url);

/** Policies that together use all of the language. */
export const samples: readonly Sample[] = readdirSync(folder).map((file) => ({
  file,
  text: readFileSync(new URL(file, folder), "utf8"),
}));

export function sample(file: string): Sample {
  const found = samples.find((each) => each.file === file);
  if (!found) throw new Error(`there is no sample ${file}`);
  return found;
}

/** The tree of a text that must follow the grammar. */
export function tree(text: string): File {
  const { file, diagnostics } = parse({ file: "home.ksp", text });
  if (!file) throw new Error(`${diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n")}\n${text}`);
  return file;
}

export const head = "ksp 1\npolicy home\n";

/** The only statement of a text without its head. */
export function statement(text: string): Statement {
  const { statements } = tree(`${head}${text}\n`);
  const [first] = statements;
  if (!first || statements.length !== 1) throw new Error(`not one statement: ${text}`);
  return first;
}

/** A tree without its spans. */
export const withoutSpans = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === "span" ? undefined : inner)));
