import type { CustomPatternMatcherReturn } from "chevrotain";

// Written as loops: as expressions the first two need a stack that grows with the input, which a file of ten megabytes exhausts.

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const BACKSLASH = 92;

/** /([ \t]*(#[^\r\n]*)?\r?\n[ \t]*)+/ */
export function matchLineEnd(text: string, start: number): CustomPatternMatcherReturn | null {
  let end = start;
  let at = start;
  for (;;) {
    while (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB) at++;
    if (end !== start) end = at;
    if (text.charCodeAt(at) === HASH) while (at < text.length && !isLineBreak(text.charCodeAt(at))) at++;
    if (text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF) at++;
    if (text.charCodeAt(at) !== LF) break;
    at++;
    end = at;
  }
  return end === start ? null : [text.slice(start, end)];
}

/** /"([^"\\\r\n]|\\["\\])*"/ */
export function matchText(text: string, start: number): CustomPatternMatcherReturn | null {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return [text.slice(start, at + 1)];
    if (isLineBreak(code)) return null;
    if (code === BACKSLASH) {
      const next = text.charCodeAt(++at);
      if (next !== QUOTE && next !== BACKSLASH) return null;
    }
  }
  return null;
}

const starts = /[ \t\r\n#"'@$0-9a-zA-FK:{}=,/-]/;

/** What no other pattern matches: one character, and all behind it that no token starts with. */
export function matchUnknown(text: string, start: number): CustomPatternMatcherReturn {
  let end = start + 1;
  while (end < text.length && !starts.test(text.charAt(end))) end++;
  return [text.slice(start, end)];
}

const isLineBreak = (code: number): boolean => code === LF || code === CR;
