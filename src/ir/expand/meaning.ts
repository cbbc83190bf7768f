import type * as ast from "../../parser/ast.ts";

export type Type = ast.Param["type"];

/** What a parameter stands for. An `address` and a `network` are nets; the former is one address. */
export type Meaning =
  | { readonly kind: "nets"; readonly nets: readonly ast.Net[] }
  | { readonly kind: "port"; readonly port: ast.Port }
  | { readonly kind: "number"; readonly number: ast.Integer }
  | { readonly kind: "text"; readonly text: ast.Text };

export const typeWords: Readonly<Record<Type, string>> = {
  address: "an address",
  network: "a network",
  port: "a port",
  number: "a number",
  text: "a text",
};

/** How a value of each type is written. */
export const spellings: Readonly<Record<Type, string>> = {
  address: "one address, such as `192.0.2.7`",
  network: "addresses, prefixes, ranges or lists, such as `192.0.2.0/24`",
  port: "a port or a range of ports, such as `443` or `8000-8100`",
  number: "a number, such as `994` or `0x6b73`",
  text: 'a text in quotes, such as `"netops"`',
};

/** The value as a parameter of this type takes it; undefined where it is of another type. */
export function meaningOf(type: Type, value: ast.Value): Meaning | undefined {
  switch (value.kind) {
    case "nets": {
      const { include, except } = value.nets;
      const fits = type === "network" || (type === "address" && include.length === 1 && include[0]?.kind === "address");
      return fits && except.length === 0 ? { kind: "nets", nets: include } : undefined;
    }
    case "ports":
      return type === "port" ? { kind: "port", port: value.port } : undefined;
    case "number":
      if (type === "number") return { kind: "number", number: value.number };
      return type === "port" ? portOf(value.number) : undefined;
    case "text":
      return type === "text" ? { kind: "text", text: value.text } : undefined;
  }
}

/** A hexadecimal number is no spelling of a port. */
const portOf = ({ value, text, span }: ast.Integer): Meaning | undefined =>
  /^[0-9]+$/.test(text) ? { kind: "port", port: { kind: "range", first: value, last: value, span } } : undefined;

/** One text for one meaning: two imports with the same bindings are one import. */
export function spell(meaning: Meaning): string {
  switch (meaning.kind) {
    case "nets":
      return meaning.nets.map(({ kind, text }) => `${kind === "list" ? "@" : ""}${text}`).join(", ");
    case "port":
      return meaning.port.kind === "range" ? `${meaning.port.first}-${meaning.port.last}` : meaning.port.name;
    case "number":
      return `${meaning.number.value}`;
    case "text":
      return JSON.stringify(meaning.text.value);
  }
}
