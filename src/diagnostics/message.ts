/** One entry of the catalogue. `message` says the fault and nothing else; `${"name"}` is a typed parameter. */
export interface Entry<P extends string = string> {
  readonly name: string;
  readonly severity: "error" | "warning";
  readonly message: Message<P>;
}

/** A message text with its parameters: a missing or misspelt parameter is a type error. */
export interface Message<P extends string> {
  (parameters: Readonly<Record<P, string>>): string;
}

/** text`no tunnel is named \`${"name"}\`` */
export function text<const K extends readonly string[]>(strings: TemplateStringsArray, ...keys: K): Message<K[number]> {
  return (parameters) =>
    strings.slice(1).reduce((out, string, i) => out + parameters[keys[i] as K[number]] + string, strings[0] ?? "");
}
