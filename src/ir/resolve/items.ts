import type { Span } from "../../diagnostics/span.ts";
import type * as ast from "../../parser/ast.ts";
import type { Context } from "./context.ts";

/** The lines of a block by kind, with messages for a line that is missing or said twice. */
export class Items<T extends ast.Item & { readonly kind: string }> {
  readonly #context: Context;
  readonly #items: readonly T[];
  readonly #where: string;
  readonly #at: Span;

  constructor(context: Context, items: readonly T[], where: string, at: Span) {
    this.#context = context;
    this.#items = items;
    this.#where = where;
    this.#at = at;
  }

  all<K extends T["kind"]>(kind: K): readonly Extract<T, { kind: K }>[] {
    return this.#items.filter((i): i is Extract<T, { kind: K }> => i.kind === kind);
  }

  some<K extends T["kind"]>(kind: K): readonly Extract<T, { kind: K }>[] | undefined {
    const found = this.all(kind);
    return found.length > 0 ? found : this.#missing(kind);
  }

  one<K extends T["kind"]>(kind: K): Extract<T, { kind: K }> | undefined {
    return this.optional(kind) ?? this.#missing(kind);
  }

  optional<K extends T["kind"]>(kind: K): Extract<T, { kind: K }> | undefined {
    const [first, second] = this.all(kind);
    if (first && second)
      this.#context.saidTwice(`\`${spell(kind)}\``, second.span, first.span, "keep one of the two lines");
    return first;
  }

  #missing(kind: string): undefined {
    return this.#context.report(
      "KSP2003",
      { where: this.#where, part: spell(kind) },
      { at: this.#at, label: `needs a \`${spell(kind)}\` line`, help: `add a \`${spell(kind)}\` line` },
    );
  }
}

const spell = (kind: string): string => kind.replace("-", " ");
