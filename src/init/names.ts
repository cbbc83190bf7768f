/** The file's name without folders and ending; empty for standard input. */
export function fileStem(file: string): string {
  const name = file.split(/[/\\]/).at(-1) ?? "";
  return name === "-" ? "" : name.replace(/\.(?:conf|ovpn)$/i, "");
}

/** The interface that wg-quick makes for a file: the same expression as in its source. */
export function deviceName(file: string): string | undefined {
  return /(?:^|[/\\])([a-zA-Z0-9_=+.-]{1,15})\.conf$/.exec(file)?.[1];
}

/** The longest name of the language: small letters, digits, single hyphens. */
const longest = 24;

/** A name of the language that reads like `text`; `otherwise` where nothing of it is left. */
export function nameLike(text: string, otherwise: string, most = longest): string {
  const words = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[-0-9]+/, "");
  return words.slice(0, most).replace(/-+$/, "") || otherwise;
}

/** Each like its text and no two alike. */
export function distinctNames(texts: readonly string[], otherwise: string): readonly string[] {
  const taken = new Set<string>();
  return texts.map((text) => {
    const first = nameLike(text, otherwise);
    let name = first;
    for (let i = 2; taken.has(name); i++) name = `${nameLike(first, otherwise, longest - 3)}-${i}`;
    taken.add(name);
    return name;
  });
}
