/** The words of a line of `iptables-save`. A quoted one may hold spaces, and a backslash takes the next character as it is. */
export function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replaceAll(/\\(.)/g, "$1"),
  );
}

/** One option of a rule with what stands behind it: `-m limit --limit 3/min`, `! -s 10.0.0.0/8`. */
export interface Part {
  readonly option: string;
  readonly isNegated: boolean;
  readonly values: readonly string[];
}

const options: ReadonlySet<string> = new Set(["-m", "-j", "-g", "-p", "-s", "-d", "-i", "-o", "-f", "-c"]);

/** Whatever stands behind these is text, also where it looks like an option. */
const ofText: ReadonlySet<string> = new Set(
  [
    "comment",
    "log-prefix",
    "nflog-prefix",
    "ulog-prefix",
    "string",
    "hex-string",
    "path",
    "name",
    "hashlimit-name",
  ].map((name) => `--${name}`),
);

/** Up to the next option of the rule itself; what belongs to a module or target stays with it. */
export function partsOf(words: readonly string[]): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < words.length) {
    const isNegated = words[at] === "!" && options.has(words[at + 1] ?? "");
    if (isNegated) at++;
    const option = words[at++] ?? "";
    const from = at;
    const isNext = (): boolean =>
      !ofText.has(words[at - 1] ?? "") &&
      (options.has(words[at] ?? "") || (words[at] === "!" && options.has(words[at + 1] ?? "")));
    while (at < words.length && (at === from ? !isBare(option) : !isNext())) at++;
    parts.push({ option, isNegated, values: words.slice(from, at) });
  }
  return parts;
}

const isBare = (option: string): boolean => option === "-f";

/** `--name value …`, each with its negation, as they stand behind a module or a target. */
export function argumentsOf(values: readonly string[]): readonly Part[] {
  const found: Part[] = [];
  let isNegated = false;
  for (const value of values) {
    if (value === "!") isNegated = true;
    else if (value.startsWith("--")) {
      found.push({ option: value, isNegated, values: [] });
      isNegated = false;
    } else {
      const last = found.at(-1);
      if (last) found.splice(-1, 1, { ...last, values: [...last.values, value] });
    }
  }
  return found;
}
