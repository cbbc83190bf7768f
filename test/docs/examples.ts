/** A fenced `ksp` block of a page. `words` stand behind `ksp` on the fence: `wrong`, `right`, `whole`. */
export interface Example {
  readonly words: readonly string[];
  readonly text: string;
}

export function examplesIn(page: string): readonly Example[] {
  return [...page.matchAll(/^```ksp( .*)?\n([\s\S]*?\n)```$/gm)].map(([, words = "", text = ""]) => ({
    words: words.trim().split(" "),
    text,
  }));
}

/** What the examples of a page load: blocks of any language with `file NAME` behind it on the fence. */
export const filesIn = (page: string): ReadonlyMap<string, string> =>
  new Map([...page.matchAll(/^```\w+ file (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = "", text = ""]) => [name, text]));

/** The example inside the policy `host`, whose statements it replaces where it has one of the same kind. */
export function completed(example: string, host: string): string {
  const said = new Set(statements(example).map(keyword));
  const [head = [], ...others] = chunk(statements(host), 2);
  const kept = others.flat().filter((statement) => !said.has(keyword(statement)));
  return [...head, ...kept, example].join("\n");
}

const keyword = (statement: string): string => statement.split(" ")[0] ?? "";

/** Statements begin at the left margin; a block ends with a `}` there. */
function statements(text: string): readonly string[] {
  const found: string[] = [];
  for (const line of text.split("\n")) {
    if (/^[a-z]/.test(line)) found.push(line);
    else if (line !== "" && found.length > 0) found.push(`${found.pop()}\n${line}`);
  }
  return found;
}

const chunk = <T>(values: readonly T[], head: number): readonly (readonly T[])[] => [
  values.slice(0, head),
  values.slice(head),
];
