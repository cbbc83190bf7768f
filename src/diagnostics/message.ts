/** Says the fault and nothing else. A missing or misspelt parameter is a type error. */
export type Message<P extends string> = (parameters: Readonly<Record<P, string>>) => string;

/** text`no tunnel is named \`${"name"}\`` */
export function text<const K extends readonly string[]>(strings: TemplateStringsArray, ...keys: K): Message<K[number]> {
  return (parameters) =>
    strings.slice(1).reduce((out, string, i) => out + parameters[keys[i] as K[number]] + string, strings[0] ?? "");
}
