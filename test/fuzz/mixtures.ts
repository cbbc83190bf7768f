import type { IToken } from "chevrotain";
import type { File } from "../../src/parser/ast.ts";
import { lex } from "../../src/parser/lexer.ts";
import { parse } from "../../src/parser/parse.ts";
import { print, printStatement } from "../../src/parser/printer.ts";
import { NAME, NET, NL, PORT, punctuation, TEXT } from "../../src/parser/tokens.ts";
import { examples } from "../examples/golden.ts";
import type { Random } from "./random.ts";

const files = examples().flatMap(({ name, text }) => parse({ file: name, text }).file ?? []);
const statements = files.flatMap((file) => file.statements.map(printStatement));

/** Tokens that may stand for each other without breaking the grammar, most of the time. */
function kindOf({ tokenType }: IToken): string | undefined {
  if (tokenType === NL || punctuation.includes(tokenType)) return undefined;
  const category = [NET, TEXT, PORT].find((each) => tokenType.CATEGORIES?.includes(each));
  return (category ?? (tokenType.CATEGORIES?.includes(NAME) ? NAME : tokenType)).name;
}

const pool = Map.groupBy(
  files.flatMap((file) => lex(print(file)).tokens),
  kindOf,
);

/** A real policy with a few statements lost, doubled or taken from another one, and a few values and words swapped. */
export const mixture = (random: Random): string => mixed(random.pick(files), random);

/** The same of one of these policies. */
export function mixtureOf(texts: readonly string[], random: Random): string {
  const { file } = parse({ file: "a.ksp", text: random.pick(texts) });
  if (!file) throw new Error("a policy that is not read");
  return mixed(file, random);
}

function mixed(file: File, random: Random): string {
  let own: readonly string[] = file.statements.map(printStatement);
  for (let edits = random.below(4); edits > 0; edits--) {
    const at = random.below(own.length + 1);
    own = random.chance(0.4) ? own.toSpliced(at, 1) : own.toSpliced(at, 0, random.pick(statements));
  }
  let text = `ksp 1\npolicy ${file.name.name}\n${own.join("\n")}\n`;
  for (let edits = random.below(4); edits > 0; edits--) {
    const token = random.pick(lex(text).tokens);
    const others = pool.get(kindOf(token));
    if (!others || kindOf(token) === undefined) continue;
    const { startOffset, image } = token;
    text = text.slice(0, startOffset) + random.pick(others).image + text.slice(startOffset + image.length);
  }
  return text;
}

/** A text with a few characters or pieces lost, doubled or put elsewhere. */
export function spoilt(text: string, random: Random): string {
  let result = text;
  for (let edits = 1 + random.below(3); edits > 0; edits--) {
    const at = random.below(result.length + 1);
    const piece = result.slice(at, at + 1 + random.below(8));
    const rest = result.slice(at + piece.length);
    const put = random.pick(["", piece + piece, "\n", "{", "}", ",", '"', "\0", "\u202e", piece.toUpperCase()]);
    result = result.slice(0, at) + put + rest;
  }
  return result;
}
