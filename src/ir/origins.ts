import type { Span } from "../diagnostics/span.ts";
import type { StatementId } from "./policy.ts";

/** Where a statement stands and how it reads; kept beside the policy, because the policy is meaning alone. */
export interface Origin {
  readonly span: Span;
  /** The statement as `ksp fmt` would print it. */
  readonly text: string;
  /** Spans of its parts, by the word that introduces them: `interface`, `carrier`, `address`, `name`, `path`, … */
  readonly parts: Readonly<Record<string, Span>>;
}

export interface Origins {
  readonly statements: ReadonlyMap<StatementId, Origin>;
  /** The policy's head line: where the fault is when a statement is missing. */
  readonly head: Span;
  /** The `ipv6` statement, which has a mode and no id. */
  readonly ipv6?: Span;
  /** Where a new statement can be inserted. */
  readonly end: Span;
}

/** The smallest place known: the first of these parts that a statement has, or all of it. */
export function placeOf(origins: Origins, id: StatementId, ...parts: readonly string[]): Span {
  const origin = origins.statements.get(id);
  const [part] = parts.flatMap((name) => origin?.parts[name] ?? []);
  return part ?? origin?.span ?? origins.head;
}
