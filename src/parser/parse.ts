import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source } from "../diagnostics/span.ts";
import type { File } from "./ast.ts";
import { build } from "./build.ts";
import type { FileCstNode } from "./cst.generated.ts";
import { Grammar } from "./grammar.ts";
import { lex } from "./lexer.ts";

export interface Parsed {
  readonly file?: File;
  readonly diagnostics: readonly Diagnostic[];
}
let grammar: Grammar | undefined;
export function parse(source: Source): Parsed {
  const { tokens, continuations, unmatched } = lex(source.text);
  grammar ??= new Grammar({ validate: false });
  grammar.input = tokens;
  const tree = grammar.file();
  if (unmatched.length > 0 || grammar.errors.length > 0) {
    const offset = unmatched[0]?.offset ?? grammar.errors[0]?.token.startOffset ?? 0;
    const at = { file: source.file, start: offset, end: offset + 1 };
    return { diagnostics: [diagnostic("KSP1001", { character: grammar.errors[0]?.message ?? "x" }, { at })] };
  }
  return { file: build({ file: source.file, continuations }, tree as FileCstNode), diagnostics: [] };
}
