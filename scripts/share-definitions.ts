/** Moves parts of a JSON Schema that stand in several places to `definitions`, named after the property that first holds them. */
export function shareDefinitions(schema: object): object {
  const counts = new Map<string, number>();
  visit(schema, (part) => {
    const text = JSON.stringify(part);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  });
  const names = new Map<string, string>();
  const definitions: Record<string, unknown> = {};
  const shared = (part: unknown, key: string): unknown => {
    if (Array.isArray(part)) return part.map((item) => shared(item, key));
    if (typeof part !== "object" || part === null) return part;
    const text = JSON.stringify(part);
    const inside = () =>
      Object.fromEntries(Object.entries(part).map(([k, v]) => [k, shared(v, structural.has(k) ? key : k)]));
    if (text.length < 160 || (counts.get(text) ?? 0) < 2 || !isSchema(part)) return inside();
    const known = names.get(text);
    if (known) return { $ref: `#/definitions/${known}` };
    const name = free(key, definitions);
    names.set(text, name);
    definitions[name] = {};
    definitions[name] = inside();
    return { $ref: `#/definitions/${name}` };
  };
  const root = shared(schema, "root");
  return { ...(root as object), definitions };
}

/** Keywords of JSON Schema that hold schemas: a definition is named after the property outside them. */
const structural = new Set(["properties", "items", "oneOf", "anyOf", "patternProperties"]);
const isSchema = (part: object): boolean => "type" in part || "anyOf" in part || "oneOf" in part;

function visit(part: unknown, see: (part: object) => void): void {
  if (typeof part !== "object" || part === null) return;
  if (!Array.isArray(part)) see(part);
  for (const inner of Object.values(part)) visit(inner, see);
}

function free(name: string, taken: Readonly<Record<string, unknown>>): string {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name}${n}`;
    if (!(candidate in taken)) return candidate;
  }
}
