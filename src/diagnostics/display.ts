/** How a tab is shown in a code frame. */
const tab = "    ";
// Control characters would move the cursor and format characters reorder or hide text: a message must show what is there.
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
const combining = /^\p{Mark}+$/u;
const ascii = /^[ -~]*$/;

/** Text that is safe to print: whatever a terminal would act upon becomes a visible sign. */
export function visible(text: string): string {
  if (ascii.test(text)) return text;
  return text.replace(hidden, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}

/** A source line as a code frame shows it. */
export const shown = (line: string): string => visible(line.replaceAll("\t", tab));

/** The number of terminal columns that a text takes. */
export function width(text: string): number {
  if (ascii.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)) {
    columns += wide.test(segment) ? 2 : combining.test(segment) ? 0 : 1;
  }
  return columns;
}
