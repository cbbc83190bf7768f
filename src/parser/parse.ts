import type { IToken } from "chevrotain";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source } from "../diagnostics/span.ts";
import type { File, Packet } from "./ast.ts";
import { build } from "./build.ts";
import { one } from "./build-context.ts";
import { packet } from "./build-values.ts";
import { checkCharacters } from "./characters.ts";
import type { FileCstNode, PacketCstNode } from "./cst.generated.ts";
import { checkVersion, diagnose } from "./diagnose.ts";
import { misfit } from "./expectation.ts";
import { Faults, shorten } from "./faults.ts";
import { Grammar } from "./grammar.ts";
import { type Lexed, lex } from "./lexer.ts";
import { reportTokens, reportUnknown } from "./lexical.ts";
import { describe, spanOf } from "./misfit-message.ts";
import { withSureFix } from "./sure-fix.ts";
import * as t from "./tokens.ts";

/** Made at the first use: a run that parses nothing does not pay for it. */
let shared: Grammar | undefined;
function grammar(): Grammar {
  shared ??= new Grammar({ validate: false });
  return shared;
}

interface Parsed {
  readonly file?: File;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a policy or fragment. There is a file exactly where there is no syntax error. Never throws. */
export function parse(source: Source): Parsed {
  const parsed = parseOnce(source);
  const faultsOf = (text: string) => parseOnce({ ...source, text }).diagnostics;
  return parsed.file
    ? parsed
    : { diagnostics: parsed.diagnostics.map((fault) => withSureFix(source, fault, faultsOf)) };
}

function parseOnce(source: Source): Parsed {
  const faults = new Faults(source);
  const { tokens, continuations } = read(faults);
  const parser = grammar();
  parser.input = tokens;
  const tree = parser.file() as FileCstNode;
  const stopped = parser.errors[0]?.token;
  parser.input = [];
  if (stopped === undefined) checkVersion(faults, one(one(tree.children.version).children.INTEGER));
  else diagnose(faults, parser, tokens);
  if (stopped !== undefined && faults.none) faults.add(unexpected(faults, stopped));
  if (!faults.none) return { diagnostics: faults.sorted };
  return { file: build({ ...source, continuations }, tree), diagnostics: [] };
}

/** Reads one packet, as in `out to 8.8.8.8 udp 53`. `file` is the name that messages show for the text. */
export function parsePacket(
  text: string,
  file = "packet",
): { readonly packet?: Packet; readonly diagnostics: readonly Diagnostic[] } {
  const faults = new Faults({ file, text });
  const { tokens, continuations } = read(faults);
  const parser = grammar();
  const words = tokens.filter(({ tokenType }) => tokenType !== t.NL);
  const next = tokens.find((token, i) => i > 0 && tokens[i - 1]?.tokenType === t.NL && token !== words[0]);
  const index = misfit(parser, "packet", words);
  if (next) faults.add(secondLine(faults, next));
  else if (index !== undefined && faults.none)
    faults.add(describe(faults, parser, { rule: "packet", tokens: words, index }));
  if (!faults.none) return { diagnostics: faults.sorted };
  parser.input = words;
  return { packet: packet({ file, text, continuations }, parser.packet() as PacketCstNode), diagnostics: [] };
}

function read(faults: Faults): Lexed {
  checkCharacters(faults);
  const lexed = lex(faults.source.text);
  reportUnknown(faults, lexed.unknown);
  reportTokens(faults, lexed.tokens);
  return lexed;
}

const secondLine = (faults: Faults, token: IToken): Diagnostic =>
  diagnostic(
    "KSP1005",
    { found: `\`${shorten(token.image)}\`` },
    { at: spanOf(faults, token), label: "a packet stands on one line" },
  );

/** Where no line alone is at fault. */
const unexpected = (faults: Faults, token: IToken): Diagnostic =>
  diagnostic(
    "KSP1005",
    { found: `\`${shorten(token.image.trim() || "end of line")}\`` },
    { at: spanOf(faults, token) },
  );
