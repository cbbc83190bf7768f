import { type Code, catalogue, type Parameters } from "./catalogue.ts";
import type { Span } from "./span.ts";

/** A place in the source with what is to be said about it. */
export interface Label {
  readonly span: Span;
  readonly text: string;
}

/** Replace `span` by `text`; an empty span inserts. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/** A proposal; `edits`, where given, can be applied by a machine and lead to a policy that compiles. */
export interface Help {
  readonly text: string;
  readonly edits: readonly Edit[];
}

export interface Diagnostic {
  readonly code: Code;
  readonly name: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** Where the fault is; absent only for a fault without a place in a source (an unreadable file). Its text makes sense alone, in an editor. */
  readonly primary?: Label;
  /** Other places that belong to it. */
  readonly secondary: readonly Label[];
  readonly notes: readonly string[];
  readonly help?: Help;
}

export interface Details {
  readonly at?: Span;
  /** Text under the primary span. */
  readonly label?: string;
  readonly secondary?: readonly Label[];
  readonly notes?: readonly string[];
  readonly help?: string | Help;
}

/** Builds a diagnostic from the catalogue; parameters are typed by code. */
export function diagnostic<C extends Code>(code: C, parameters: Parameters<C>, details: Details = {}): Diagnostic {
  const entry = catalogue[code];
  const message = (entry.message as (parameters: Readonly<Record<string, string>>) => string)(parameters);
  return {
    code,
    name: entry.name,
    severity: entry.severity,
    message,
    ...(details.at && { primary: { span: details.at, text: details.label ?? "" } }),
    secondary: details.secondary ?? [],
    notes: details.notes ?? [],
    ...(details.help !== undefined && {
      help: typeof details.help === "string" ? { text: details.help, edits: [] } : details.help,
    }),
  };
}

export const isError = (d: Diagnostic): boolean => d.severity === "error";
