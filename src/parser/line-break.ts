/** What a NL token holds besides the end of its line. */
export interface LineBreak {
  /** The comment on the line that ends here. */
  readonly behind?: string;
  /** The comment lines up to the next line of code; an empty string is a blank line. */
  readonly lines: readonly string[];
}

const none: LineBreak = { lines: [] };

/** Reads the text of a NL token; of several blank lines in a row one stays. */
export function lineBreak(image: string): LineBreak {
  if (!image.includes("#") && image.indexOf("\n") === image.lastIndexOf("\n")) return none;
  const [first = "", ...rest] = image.split("\n").map(trim);
  const lines = rest.slice(0, -1).filter((line, i, all) => line !== "" || (i > 0 ? all[i - 1] !== "" : true));
  return { ...(first !== "" && { behind: first }), lines };
}

/** As a loop: the expression /[ \t]+$/ takes quadratic time on long runs of blanks. */
function trim(line: string): string {
  let start = 0;
  let end = line.length;
  while (start < end && isBlank(line.charCodeAt(start))) start++;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--;
  return line.slice(start, end);
}

const isBlank = (code: number): boolean => code === 32 || code === 9 || code === 13;
