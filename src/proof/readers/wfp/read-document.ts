import { type Document, type Filter, Unreadable } from "./document.ts";
import { readFilter } from "./read-filter.ts";

export type Read =
  | { readonly document: Document }
  | { readonly fault: { readonly line: number; readonly reason: string } };

/** A document as ksp lays it out, and nothing else: any other word, order or space is a fault. */
export function readDocument(text: string): Read {
  try {
    return { document: read(text.split("\n")) };
  } catch (error) {
    if (error instanceof Unreadable) return { fault: { line: error.line, reason: error.message } };
    throw error;
  }
}

function read(lines: readonly string[]): Document {
  const at = (line: number, wanted: string): void => {
    if (lines[line - 1] !== wanted) throw new Unreadable(line, `expected ${JSON.stringify(wanted)}`);
  };
  const value = (line: number, key: string): unknown => {
    const [, text] = new RegExp(`^ {2}"${key}": (.*),$`).exec(lines[line - 1] ?? "") ?? [];
    if (text === undefined) throw new Unreadable(line, `expected "${key}"`);
    return strictly(text, line);
  };
  at(1, "{");
  if (value(2, "format") !== "ksp-wfp/1") throw new Unreadable(2, "another format");
  const [policy, state] = [name(value(3, "policy"), 3), name(value(4, "state"), 4)];
  const provider = members(value(5, "provider"), ["key", "name"], 5);
  const sublayer = members(value(6, "sublayer"), ["key", "name", "weight"], 6);
  const { weight } = sublayer;
  if (typeof weight !== "number" || !Number.isInteger(weight) || weight < 1 || weight > 0xffff)
    throw new Unreadable(6, "no weight of a sublayer");
  name(provider.name, 5);
  name(sublayer.name, 6);
  at(7, '  "filters": [');
  const end = lines.length - 3;
  at(end + 1, "  ]");
  at(end + 2, "}");
  at(end + 3, "");
  const filters = lines.slice(7, end).map((text, i) => {
    const comma = 8 + i === end ? "" : ",";
    if (!text.startsWith("    {") || !text.endsWith(`}${comma}`)) throw new Unreadable(8 + i, "expected a filter");
    return readFilter(strictly(text.slice(4, text.length - comma.length), 8 + i), 8 + i);
  });
  distinct(filters);
  return {
    policy,
    state,
    provider: name(provider.key, 5),
    sublayer: { key: name(sublayer.key, 6), weight },
    filters,
  };
}

/** Neither a key twice nor a number in another spelling: two programs may take either for something else. */
function strictly(text: string, line: number): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (JSON.stringify(value) === text) return value;
  } catch {
    // said below
  }
  throw new Unreadable(line, "no JSON, or not in its shortest form");
}

function name(value: unknown, line: number): string {
  if (typeof value !== "string" || value === "") throw new Unreadable(line, "expected a name");
  return value;
}

function members<K extends string>(value: unknown, keys: readonly K[], line: number): Readonly<Record<K, unknown>> {
  if (typeof value !== "object" || value === null || Object.keys(value).join() !== keys.join())
    throw new Unreadable(line, `expected ${keys.join(", ")}`);
  return value as Readonly<Record<K, unknown>>;
}

/** Within one weight the engine decides which filter is asked first, so all must say the same. */
function distinct(filters: readonly Filter[]): void {
  const keys = new Set<string>();
  const actions = new Map<string, string>();
  for (const { line, key, layer, weight, action } of filters) {
    if (keys.has(key)) throw new Unreadable(line, "the key of another filter");
    keys.add(key);
    const place = `${layer} ${weight}`;
    if ((actions.get(place) ?? action) !== action)
      throw new Unreadable(line, "another filter of its weight does the opposite");
    actions.set(place, action);
  }
}
