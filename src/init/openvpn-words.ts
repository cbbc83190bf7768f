import type { Reading, Word } from "./reading.ts";

/** An option with its arguments, or a block with its inner lines. */
export type Option =
  | { readonly kind: "option"; readonly name: Word; readonly values: readonly Word[] }
  | { readonly kind: "block"; readonly name: Word; readonly options: readonly Option[] };

/** Blocks whose lines are options; those of every other block are a file that stands in place. */
const connection = "connection";

/** The options of a configuration: quotes and backslashes as openvpn(8) reads them, inline files skipped. */
export function optionsOf(reading: Reading, lines: readonly Word[]): readonly Option[] {
  const options: Option[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    const words = line && wordsOf(reading, line);
    const [name, ...values] = words ?? [];
    if (!name) continue;
    const tag = values.length === 0 ? /^<([^/<>][^<>]*)>$/.exec(name.text)?.[1] : undefined;
    if (tag === undefined) {
      const bare = /^--./.test(name.text) ? { text: name.text.slice(2), start: name.start + 2 } : name;
      options.push({ kind: "option", name: bare, values });
      continue;
    }
    const end = endOf(lines, i, tag);
    if (end === undefined) {
      reading.malformed("this block", "its end is missing, so everything behind it might be a key", name);
      return options;
    }
    const inner = tag === connection ? optionsOf(reading, lines.slice(i + 1, end)) : [];
    options.push({ kind: "block", name: { text: tag, start: name.start + 1 }, options: inner });
    i = end;
  }
  return options;
}

function endOf(lines: readonly Word[], start: number, tag: string): number | undefined {
  for (let at = start + 1; at < lines.length; at++) if (lines[at]?.text.trimStart().startsWith(`</${tag}>`)) return at;
  return undefined;
}

/** Undefined after a message. A comment starts with `#` or `;` where a word could. */
function wordsOf(reading: Reading, line: Word): readonly Word[] | undefined {
  const words: Word[] = [];
  const { text } = line;
  for (let at = 0; at < text.length; ) {
    const character = text.charAt(at);
    if (isBlank(character)) {
      at++;
      continue;
    }
    if (character === "#" || character === ";") break;
    const end = wordEnd(text, at);
    if (end === undefined)
      return reading.malformed("this line", "a quotation or a backslash stands open", { text, start: line.start });
    words.push(plain({ text: text.slice(at, end), start: line.start + at }));
    at = end;
  }
  return words;
}

const isBlank = (character: string): boolean => /[\s\ufeff]/.test(character);

/** Undefined where the line ends first. */
function wordEnd(text: string, start: number): number | undefined {
  let quote = "";
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote === "" && isBlank(character)) return at;
    if (character === "\\" && quote !== "'") at++;
    else if (quote === "" && /["']/.test(character)) quote = character;
    else if (character === quote) quote = "";
    if (at >= text.length) return undefined;
  }
  return quote === "" ? text.length : undefined;
}

/** Without its quotes where they are all that is special; a word with more keeps them, and then means nothing here. */
function plain({ text, start }: Word): Word {
  const inner = /^(?:"([^"'\\]*)"|'([^"'\\]*)')$/.exec(text);
  const bare = inner?.[1] ?? inner?.[2];
  return bare === undefined ? { text, start } : { text: bare, start: start + 1 };
}
