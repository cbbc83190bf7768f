import type { IToken } from "chevrotain";
import { type Diagnostic, diagnostic, type Help } from "../diagnostics/diagnostic.ts";
import { type Faults, shorten } from "./faults.ts";
import { misspelling, unexpectedCharacter } from "./spelling.ts";
import * as t from "./tokens.ts";

/** Reports characters that no token holds. */
export function reportUnknown(faults: Faults, unknown: readonly IToken[]): void {
  let next = 0;
  for (const { startOffset: offset } of unknown) {
    if (faults.full) return;
    if (offset < next) continue;
    next = faults.nextLine(offset);
    const quote = faults.source.text[offset];
    if (quote === '"' || quote === "'") reportText(faults, offset);
    else reportWord(faults, offset);
  }
}

/** Two words without a space between are one word, and a wrong one. Numbers that lose digits are refused, too. */
export function reportTokens(faults: Faults, tokens: readonly IToken[]): void {
  let before: IToken | undefined;
  for (const token of tokens) {
    if (faults.full) return;
    if (before && touches(before, token)) reportWord(faults, token.startOffset);
    if (isTooLarge(token)) {
      const at = faults.span(token.startOffset, token.startOffset + token.image.length);
      faults.add(
        diagnostic("KSP1014", { number: shorten(token.image) }, { at, label: "no setting needs so many digits" }),
      );
    }
    before = token;
  }
}

const apart = new Set([t.NL, ...t.punctuation]);
const touches = (a: IToken, b: IToken): boolean =>
  a.startOffset + a.image.length === b.startOffset && !apart.has(a.tokenType) && !apart.has(b.tokenType);

const numeric = new Set([t.INTEGER, t.NUMBER, t.PORTS, t.DURATION]);
function isTooLarge({ tokenType, image }: IToken): boolean {
  if (image.length < 15 || !numeric.has(tokenType)) return false;
  const parts = image.startsWith("0x") ? [image] : image.split(/[^0-9]/);
  return parts.some((part) => Number(part) > Number.MAX_SAFE_INTEGER);
}

const edge = /[\s,{}="'#]/;

/** The run of characters around an offset up to the next space or separator. */
export function wordAt(text: string, offset: number): { readonly start: number; readonly end: number } {
  let start = offset;
  let end = offset;
  while (start > 0 && !edge.test(text[start - 1] ?? " ")) start--;
  while (end < text.length && !edge.test(text[end] ?? " ")) end++;
  return { start, end };
}

/** A text in the quotes of a word processor: a fix of one alone would leave the other. */
function curlyText(faults: Faults, offset: number): Diagnostic | undefined {
  if (!/[“”„]/.test(faults.source.text[offset] ?? "")) return undefined;
  const line = faults.source.text.slice(offset, faults.nextLine(offset));
  const [whole = "", open = ""] = /^([“”„])[^“”„"\\]*[“”]/.exec(line) ?? [];
  if (whole === "") return undefined;
  const edits = [offset, offset + whole.length - 1].map((at) => ({ span: faults.span(at, at + 1), text: '"' }));
  const help: Help = { text: 'write `"`', edits };
  const at = faults.span(offset, offset + 1);
  return diagnostic("KSP1001", { character: `\`${open}\`` }, { at, label: 'looks like `"`', help });
}

function reportWord(faults: Faults, offset: number): void {
  const { text } = faults.source;
  const curly = curlyText(faults, offset);
  if (curly) {
    faults.add(curly);
    return;
  }
  const { start, end } = wordAt(text, offset);
  const word = text.slice(start, end);
  const known = misspelling(word, faults.span(start, end), text.slice(faults.lineStart(start), start));
  if (known) {
    faults.add(known);
    return;
  }
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  if (/^[a-zA-Z0-9"'@$:]/.test(character)) {
    const at = faults.span(start, Math.max(end, offset + 1));
    const help = { text: "put a space between the two", edits: [{ span: faults.span(offset, offset), text: " " }] };
    faults.add(
      diagnostic(
        "KSP1013",
        { word: shorten(word || character) },
        { at, label: "two words or values stand together", help },
      ),
    );
  } else {
    faults.add(unexpectedCharacter(character, faults.span(offset, offset + character.length)));
  }
}

/** A quote whose text does not end on its line, or holds an escape that does not exist. */
function reportText(faults: Faults, start: number): void {
  const line = faults.source.text.slice(start, faults.nextLine(start)).trimEnd();
  const bad = line.startsWith('"') ? unknownEscape(line) : -1;
  if (bad >= 0 && line.includes('"', bad + 2)) {
    const at = faults.span(start + bad, start + bad + 2);
    const help = "write `\\\\` for a backslash, or put the text in single quotes, where nothing is escaped";
    const label = 'only `\\\\` and `\\"` are escapes';
    faults.add(diagnostic("KSP1020", { escape: line.slice(bad, bad + 2) }, { at, label, help }));
  } else {
    const at = faults.span(start, start + line.length);
    const help = `close it with \`${line.slice(0, 1)}\``;
    faults.add(
      diagnostic("KSP1009", { start: `\`${shorten(line)}\`` }, { at, label: "a text ends on its line", help }),
    );
  }
}

function unknownEscape(line: string): number {
  for (let i = 1; i < line.length && line[i] !== '"'; i++) {
    if (line[i] !== "\\") continue;
    i++;
    if (line[i] !== '"' && line[i] !== "\\") return i - 1;
  }
  return -1;
}
