import { expect } from "vitest";
import { type Checked, check } from "../../../src/check.ts";
import type { Code } from "../../../src/diagnostics/catalogue.ts";
import type { Source, Span } from "../../../src/diagnostics/span.ts";
import type { Load } from "../../../src/ir/expand/load.ts";
import { marked } from "../../diagnostics/marked.ts";

/** Texts by file name, with places marked as ⟦…⟧; `home.ksp` is the policy. */
export type Project = Readonly<Record<string, string>>;

/** Files of one folder, kept in memory. */
export function project(texts: Project): {
  readonly root: Source;
  readonly load: Load;
  readonly spans: Readonly<Record<string, readonly Span[]>>;
} {
  const files = new Map(Object.entries(texts).map(([name, text]) => [name, marked(text, name)]));
  const root = files.get("home.ksp");
  if (!root) throw new Error("a project has a home.ksp");
  return {
    root: root.source,
    load: (path) => files.get(path)?.source ?? { fault: "no such file or directory" },
    spans: Object.fromEntries([...files].map(([name, { spans }]) => [name, spans])),
  };
}

export function checked(texts: Project): Checked {
  const { root, load } = project(texts);
  return check(root, { load });
}

/** A place: the file, and which of its marks. */
type Mark = readonly [file: string, mark: number];
export interface Fault {
  readonly code: Code;
  readonly message: string;
  readonly at: Mark;
  readonly secondary?: readonly Mark[];
}

/** The project is told exactly these faults, at these places. */
export function expectFaults(texts: Project, ...faults: readonly Fault[]): void {
  const { root, load, spans } = project(texts);
  const place = ([file, mark]: Mark) => spans[file]?.[mark] ?? `no mark ${mark} in ${file}`;
  const found = check(root, { load }).diagnostics;
  expect(
    found.map(({ code, message, primary, secondary }) => ({
      code,
      message,
      at: primary?.span,
      secondary: secondary.map(({ span }) => span),
    })),
  ).toEqual(
    faults.map(({ code, message, at, secondary = [] }) => ({
      code,
      message,
      at: place(at),
      secondary: secondary.map(place),
    })),
  );
}

export function expectClean(texts: Project): Checked {
  const result = checked(texts);
  expect(result.diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  return result;
}

/** A policy with one tunnel, and these statements. */
export const policy = (...more: readonly string[]): string => `ksp 1
policy home
tunnel wg0 {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32
  carries everything
}
dns 10.64.0.1 through wg0
ipv6 block
watch wg0 {
  interface
  heartbeat 10.64.0.1 every 1s lost after 3
}
${more.join("\n")}
`;
export const fragment = (name: string, ...statements: readonly string[]): string =>
  `ksp 1\nfragment ${name}\n${statements.join("\n")}\n`;
