import type { Json } from "../readers/nft/json.ts";

/** A listed rule in nearly the words of nft, for people. */
export function ruleText(expressions: Json): string {
  return expressions
    .array()
    .flatMap((expression) => {
      const [kind, value] = expression.only();
      return kind === "counter" ? [] : [statement(kind, value)];
    })
    .join(" ");
}

function statement(kind: string, value: Json): string {
  switch (kind) {
    case "match": {
      const op = value.get("op");
      const sign = op?.isString && op.string() !== "==" && op.string() !== "in" ? ` ${op.string()}` : "";
      return `${words(value.get("left"))}${sign} ${words(value.get("right"))}`;
    }
    case "mangle":
      return `${words(value.get("key"))} set ${words(value.get("value"))}`;
    case "jump":
    case "goto":
      return `${kind} ${words(value.get("target"))}`;
    case "vmap":
      return `${words(value.get("key"))} vmap ${words(value.get("data"))}`;
    default:
      return value.isNull ? kind : `${kind} ${words(value)}`.trim();
  }
}

/** Values in a line; a long list is cut. */
function words(value: Json | undefined): string {
  if (!value || value.isNull) return "";
  if (value.isString) return value.string();
  if (value.isArray) return list(value.array().map(words), " ");
  const { keys } = value;
  if (keys.length === 0) return value.shown;
  const [key = "", ...more] = keys;
  const inner = value.get(key);
  if (more.length === 0)
    switch (key) {
      case "meta":
      case "ct":
        return `${key} ${words(inner?.get("key"))}`;
      case "payload":
        return (
          ["protocol", "field"]
            .map((part) => words(inner?.get(part)))
            .join(" ")
            .trim() ||
          inner?.shown ||
          key
        );
      case "fib":
        return `fib ${list(inner?.get("flags")?.array().map(words) ?? [], " . ")} ${words(inner?.get("result"))}`;
      case "prefix":
        return `${words(inner?.get("addr"))}/${words(inner?.get("len"))}`;
      case "range":
        return list(inner?.array().map(words) ?? [], "-");
      case "set":
        return inner?.isArray ? `{ ${list(inner.array().map(words), ", ")} }` : words(inner);
      case "concat":
        return list(inner?.array().map(words) ?? [], " . ");
      case "&":
      case "|":
      case "^":
        return list(inner?.array().map(words) ?? [], ` ${key} `);
      case "elem":
        return words(inner?.get("val"));
    }
  return keys.map((name) => `${name} ${words(value.get(name))}`.trim()).join(" ");
}

const longest = 8;
const list = (items: readonly string[], between: string): string =>
  items.length > longest ? [...items.slice(0, longest), "…"].join(between) : items.join(between);
