/** One word of one line of a file, or a whole line, changed. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly text: string;
}

/** Every word of every statement changed in every way, and every line left out, twice, or behind the next one. */
export function mutantsOf(files: ReadonlyMap<string, string>): readonly Mutant[] {
  return [...files]
    .filter(([file]) => /\.(conf|txt)$/.test(file) && !file.endsWith("moves.txt"))
    .flatMap(([file, text]) => {
      const lines = text.split("\n");
      const names = [...new Set(lines.flatMap((line) => / on (?:! )?(\S+)/.exec(line)?.[1] ?? []))];
      const tables = [...new Set([...text.matchAll(/<([^>]+)>/g)].map(([, name = ""]) => name))];
      return lines.flatMap((line, i): readonly Mutant[] => {
        if (line === "" || line.startsWith("#")) return [];
        const put = (what: string, ...by: readonly string[]): Mutant => ({
          file,
          line: i + 1,
          what: `${file}:${i + 1} ${what}: ${line}`,
          text: [...lines.slice(0, i), ...by, ...lines.slice(i + 1)].join("\n"),
        });
        const next = lines.findIndex((each, j) => j > i && each !== "" && !each.startsWith("#"));
        const swapped: readonly Mutant[] =
          next < 0
            ? []
            : [
                {
                  ...put("behind the next"),
                  text: lines
                    .with(i, lines[next] ?? "")
                    .with(next, line)
                    .join("\n"),
                },
              ];
        return [
          put("left out"),
          put("twice", line, line),
          ...swapped,
          ...wordsOf(line, names, tables).map(({ what, to }) => put(what, to)),
        ];
      });
    });
}

function wordsOf(line: string, names: readonly string[], tables: readonly string[]) {
  const pieces = line.split(/( |,|"[^"]*")/).filter((piece) => piece !== "");
  return pieces.flatMap((piece, i) => {
    if (/^[ ,]$/.test(piece)) return [];
    const put = (by: string) =>
      [...pieces.slice(0, i), by, ...pieces.slice(i + 1)].join("").replace(/ {2,}/g, " ").trim();
    return ["", ...nearOf(piece, pieces[i - 2] ?? "", names, tables)]
      .filter((by) => by !== piece)
      .map((by) => ({ what: by === "" ? `without ${piece}` : `${piece} → ${by}`, to: put(by) }));
  });
}

const words: Readonly<Record<string, readonly string[]>> = {
  pass: ["block drop"],
  block: ["pass"],
  drop: ["return"],
  return: ["drop"],
  in: ["out"],
  out: ["in"],
  inet: ["inet6"],
  inet6: ["inet"],
  tcp: ["udp"],
  udp: ["tcp", "icmp"],
  icmp: ["udp"],
  from: ["to"],
  any: ["10.9.9.9"],
  no: ["keep"],
  all: ["all fragment", "from any to 10.9.9.9"],
  "(if-bound)": ["", "(floating)"],
  persist: ["const", "persist const"],
  none: ["basic"],
  "S/SA": ["any"],
  fragment: ["reassemble"],
};

function nearOf(word: string, before: string, names: readonly string[], tables: readonly string[]): readonly string[] {
  const known = words[word];
  if (known) return known;
  if (names.includes(word)) return [...names, `! ${word}`];
  if (word === "on") return ["on !"];
  if (/^<.*>$/.test(word)) return [...tables.map((name) => `<${name}>`), `! ${word}`, "any"];
  if (/^\d+:\d+$/.test(word)) {
    const [first = 0, last = 0] = word.split(":").map(Number);
    return [`${first}:${last + 1}`, `${first + 1}:${last + 1}`, `${last}`];
  }
  if (/^!?[\da-f:.]+\/\d+$/i.test(word)) {
    const [address = "", length] = word.split("/");
    return [`${address}/${Number(length) + 1}`, `${address}/${Number(length) - 1}`, `!${word}`.replace("!!", "")];
  }
  if (/^\d+(\.\d+){3}$/.test(word))
    return [word.replace(/\d+$/, (last) => `${Number(last) ^ 1}`), `${word}/31`, `! ${word}`];
  if (/^[\da-f]*(:[\da-f]*)+$/i.test(word)) return [`${word}1`, `${word}/127`, `! ${word}`];
  if (/^\d+$/.test(word)) return [`${Number(word) + 1}`, before === "proto" ? "6" : `${Number(word) ^ 2}`];
  return word === "!" ? [] : [`${word}x`];
}
