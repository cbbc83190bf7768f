type Path = readonly (string | number)[];

/** Every value of a JSON text that holds no other one. */
export function leavesOf(json: unknown, path: Path = []): readonly Path[] {
  if (typeof json !== "object" || json === null) return [path];
  const entries = Array.isArray(json) ? [...json.entries()] : Object.entries(json);
  return entries.flatMap(([key, value]) => leavesOf(value, [...path, key]));
}

export const valueAt = (json: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => Object.entries(value ?? {}).find(([name]) => name === `${key}`)?.[1], json);

/** The text with one value changed, or left out. */
export function changedAt(json: unknown, [key, ...rest]: Path, by: (value: unknown) => unknown): unknown {
  if (key === undefined) return by(json);
  if (Array.isArray(json)) {
    const items = json.map((item, i) => (i === key ? changedAt(item, rest, by) : item));
    return items.filter((item) => item !== leftOut);
  }
  const entries = Object.entries(json ?? {}).map(([name, value]) => [
    name,
    name === key ? changedAt(value, rest, by) : value,
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== leftOut));
}

export const leftOut = Symbol("left out");

/** A number one higher, a word that is nearly the same, anything where nothing was. */
export function another(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value !== "string") return "other";
  return /^\d+\.\d+\.\d+\.\d+$/.test(value) ? value.replace(/\d+$/, (digits) => `${Number(digits) ^ 1}`) : `${value}x`;
}
