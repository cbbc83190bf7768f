import { diagnostic, type Help } from "../diagnostics/diagnostic.ts";
import { type Faults, shorten } from "./faults.ts";

// Characters that show a reader something else than what the compiler reads: refused everywhere, comments included.

const plain = /^[\t\n\x20-\x7e]*$/;
/** Control, format (bidi among them), surrogate, separator and zero-width characters; tab and line ends are let through. */
const forbidden = /(?!\t|\n|\r\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

export function checkCharacters(faults: Faults): void {
  const { text } = faults.source;
  if (plain.test(text)) return;
  forbidden.lastIndex = 0;
  for (let match = forbidden.exec(text); match && !faults.full; match = forbidden.exec(text)) {
    const start = match.index;
    const at = faults.span(start, start + match[0].length);
    const isReturn = match[0] === "\r";
    const help: Help = {
      text: isReturn ? "end the line with LF" : "remove it",
      edits: [{ span: at, text: isReturn ? "\n" : "" }],
    };
    faults.add(diagnostic("KSP1010", { character: characterName(match[0]) }, { at, label: reason(match[0]), help }));
    forbidden.lastIndex = faults.nextLine(start);
  }
  if (text.normalize("NFC") !== text) checkNormalForm(faults);
}

/** The words that are not in normal form: two spellings of one letter would be two names for one thing. */
function checkNormalForm(faults: Faults): void {
  for (const { 0: word, index } of faults.source.text.matchAll(/[^\t\n\r ]+/g)) {
    if (faults.full) return;
    const normal = word.normalize("NFC");
    if (normal === word) continue;
    const at = faults.span(index, index + word.length);
    const help = { text: "write the composed form, which looks the same", edits: [{ span: at, text: normal }] };
    const label = "a letter and its marks stand apart here, or have a simpler form";
    faults.add(diagnostic("KSP1011", { word: shorten(word) }, { at, label, help }));
  }
}

const names: Readonly<Record<number, string>> = {
  0: "null",
  13: "carriage return",
  27: "escape",
  160: "no-break space",
  173: "soft hyphen",
  8203: "zero-width space",
  8204: "zero-width non-joiner",
  8205: "zero-width joiner",
  8206: "left-to-right mark",
  8207: "right-to-left mark",
  8232: "line separator",
  8233: "paragraph separator",
  8238: "right-to-left override",
  65039: "variation selector",
  65279: "byte order mark",
};

/** `U+202E (right-to-left override)`: a name instead of a character that nobody sees. */
export function characterName(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const name = names[code];
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}${name ? ` (${name})` : ""}`;
}

function reason(character: string): string {
  if (/\p{Cs}/u.test(character)) return "half of a surrogate pair, which is no character";
  if (character === "\r") return "a line ends with LF or CRLF, never with CR alone";
  if (/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(character))
    return "changes the order in which the line is shown";
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(character)) return "a control character";
  return "cannot be seen";
}
