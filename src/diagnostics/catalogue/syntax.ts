import { text } from "../message.ts";

/** 1xxx: the text does not follow the grammar. */
export const syntax = {
  KSP1001: { name: "unexpected-character", severity: "error", message: text`unexpected character ${"character"}` },
  KSP1002: { name: "unknown-statement", severity: "error", message: text`unknown statement \`${"word"}\`` },
} as const;
