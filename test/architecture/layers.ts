import { posix } from "node:path";

/** What one row of the table of allowed imports says. */
export interface Layer {
  readonly part: string;
  readonly imports: readonly string[];
  readonly packages: readonly string[];
}
export interface Import {
  /** The importing file, below `src`. */
  readonly from: string;
  readonly specifier: string;
}

/** Reads the table under `## Allowed imports`. */
export function layers(markdown: string): readonly Layer[] {
  const section = markdown.split(/^## /m).find((text) => text.startsWith("Allowed imports\n")) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => {
    const [part = [], imports = [], packages = []] = row
      .split("|")
      .slice(1)
      .map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""));
    return { part: part[0] ?? "", imports, packages };
  });
}

// What stands before a specifier. The last form is for a path wherever it stands, so that no odd layout hides one.
const lead = String.raw`(?:^|[;}])\s*(?:import|export)\b[^"'\`;]*?\bfrom|(?:^|[;}])\s*import|\b(?:import|require)\s*\(|\bfrom(?=\s*["'](?:\.|node:))`;
const pattern = new RegExp(String.raw`(?:${lead})\s*(["'\`])([^"'\`\n]+)\1|\bimport\s*\((?!\s*["'\`])`, "gm");

/**
 * Everything that reads like an import: static, type, side effect, re-export, dynamic. Comments and strings are not set
 * apart: one that looks like an import is reported, which is the safe side. A computed import has no specifier.
 */
export function importsOf(from: string, source: string): readonly Import[] {
  return [...source.matchAll(pattern)].map((match) => ({ from, specifier: match[2] ?? "(computed)" }));
}

const inside = (file: string, part: string): boolean => file === part || file.startsWith(`${part}/`);

/** The most specific row that a file belongs to. */
export function layerOf(table: readonly Layer[], file: string): Layer | undefined {
  return table.filter(({ part }) => inside(file, part)).toSorted((a, b) => b.part.length - a.part.length)[0];
}

/** The imports that the table does not allow, each as `file → specifier`. */
export function violations(table: readonly Layer[], imports: readonly Import[]): readonly string[] {
  const allowed = ({ from, specifier }: Import): boolean => {
    const layer = layerOf(table, from);
    if (!layer) return false;
    if (!specifier.startsWith(".")) return layer.packages.includes(specifier);
    const target = posix.join(posix.dirname(from), specifier);
    return [layer.part, ...layer.imports].some((part) => inside(target, part));
  };
  return imports.filter((found) => !allowed(found)).map(({ from, specifier }) => `${from} → ${specifier}`);
}
