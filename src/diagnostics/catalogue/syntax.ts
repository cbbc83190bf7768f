import { text } from "../message.ts";

/** 1xxx: the text does not follow the grammar. */
export const syntax = {
  KSP1001: { name: "unexpected-character", severity: "error", message: text`unexpected character ${"character"}` },
  KSP1002: { name: "unknown-statement", severity: "error", message: text`unknown statement \`${"word"}\`` },
  KSP1003: { name: "missing-head", severity: "error", message: text`the file does not say \`${"line"}\`` },
  KSP1004: { name: "unclosed-block", severity: "error", message: text`\`${"block"}\` is not closed` },
  KSP1005: { name: "unexpected-word", severity: "error", message: text`unexpected ${"found"}` },
  KSP1006: { name: "misplaced-line", severity: "error", message: text`\`${"word"}\` cannot stand ${"where"}` },
  KSP1007: { name: "malformed-name", severity: "error", message: text`\`${"word"}\` is no name` },
  KSP1008: { name: "malformed-peer", severity: "error", message: text`\`${"word"}\` is not how a peer is written` },
  KSP1009: { name: "unclosed-text", severity: "error", message: text`the text ${"start"} is not closed` },
  KSP1010: { name: "forbidden-character", severity: "error", message: text`forbidden character ${"character"}` },
  KSP1011: { name: "not-normalized", severity: "error", message: text`\`${"word"}\` is not in Unicode normal form C` },
  KSP1012: { name: "malformed-value", severity: "error", message: text`\`${"word"}\` is no ${"kind"}` },
  KSP1013: { name: "missing-space", severity: "error", message: text`a space is missing in \`${"word"}\`` },
  KSP1014: { name: "number-too-large", severity: "error", message: text`the number \`${"number"}\` is too large` },
  KSP1015: { name: "unknown-version", severity: "error", message: text`language version ${"version"} is unknown` },
  KSP1016: { name: "empty-file", severity: "error", message: text`the file holds no policy` },
  KSP1017: { name: "unopened-block", severity: "error", message: text`\`}\` closes no block` },
  KSP1018: { name: "misplaced-brace", severity: "error", message: text`\`${"brace"}\` stands in the wrong place` },
  KSP1019: { name: "empty-block", severity: "error", message: text`\`${"block"}\` is empty` },
  KSP1020: { name: "unknown-escape", severity: "error", message: text`\`${"escape"}\` is no escape` },
  KSP1021: {
    name: "broken-statement",
    severity: "error",
    message: text`the statement \`${"word"}\` is broken over two lines`,
  },
  KSP1022: { name: "unknown-item", severity: "error", message: text`unknown word \`${"word"}\` in \`${"block"}\`` },
  KSP1023: { name: "incomplete-line", severity: "error", message: text`\`${"word"}\` is not complete` },
  KSP1024: { name: "foreign-comment", severity: "error", message: text`\`${"sign"}\` starts no comment` },
} as const;
