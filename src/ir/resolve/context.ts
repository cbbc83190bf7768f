import type { Code, Parameters } from "../../diagnostics/catalogue.ts";
import { type Details, type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import { didYouMean, surelyMeant } from "../../diagnostics/did-you-mean.ts";
import type { Span } from "../../diagnostics/span.ts";
import type { AddressSet } from "../../net/address-set.ts";
import type * as ast from "../../parser/ast.ts";
import { digest } from "../canonical.ts";
import type { Origin } from "../origins.ts";
import type { Name, StatementId } from "../policy.ts";
import { partsOfCaveat } from "./parts.ts";

export type NameKind = "link" | "tunnel" | "chain" | "app" | "list" | "helper";
interface Declared {
  readonly kind: NameKind;
  readonly span: Span;
}

/** What resolving collects: faults, declared names, the places of statements. One per policy. */
export class Context {
  readonly diagnostics: Diagnostic[] = [];
  readonly names = new Map<Name, Declared>();
  readonly lists = new Map<Name, AddressSet>();
  /** Lists that some statement names. */
  readonly usedLists = new Set<Name>();
  /** Lists that come from a file, or use one that does. */
  readonly fileLists = new Set<Name>();
  readonly origins = new Map<StatementId, Origin>();
  /** Two meanings got one id: its digests are too short for this policy. */
  hasClash = false;
  readonly #digests = new Map<StatementId, string>();
  readonly #digits: number;

  /** `digits`: how many of a meaning's digest stand in its id. */
  constructor(digits = 6) {
    this.#digits = digits;
  }

  report<C extends Code>(code: C, parameters: Parameters<C>, details: Details): undefined {
    this.diagnostics.push(diagnostic(code, parameters, details));
    return undefined;
  }

  /** For words of one line or statement; what has a better way out says so itself. */
  saidTwice(what: string, at: Span, first: Span, help = "keep one of the two"): undefined {
    return this.report(
      "KSP2006",
      { what },
      { at, label: "the second time", secondary: [{ span: first, text: "the first time" }], help },
    );
  }

  unsupported(construct: string, at: Span, help = "remove it, or wait for a version that can compile it"): undefined {
    const label = "no part of this policy is written while it stands here";
    return this.report("KSP4001", { construct }, { at, label, help });
  }

  declare(kind: NameKind, { name, span }: ast.Identifier): void {
    this.#checkLength(name, span);
    const other = this.names.get(name);
    if (!other) this.names.set(name, { kind, span });
    else
      this.report(
        "KSP2002",
        { name },
        {
          at: span,
          label: `a ${kind} may not share its name`,
          secondary: [{ span: other.span, text: `the ${other.kind} \`${name}\` is declared here` }],
          help: "rename one of the two",
        },
      );
  }

  /** The policy's name is used in paths, so it has the limits of every other name; it clashes with none. */
  declarePolicy({ name, span }: ast.Identifier): void {
    this.#checkLength(name, span);
  }

  #checkLength(name: string, span: Span): void {
    if (name.length > 24)
      this.report(
        "KSP2012",
        { name },
        { at: span, label: "too long for the tables of every backend", help: "shorten it to at most 24 characters" },
      );
  }

  /** The name when it is declared as one of `kinds`; else a message with what stands near. */
  use({ name, span }: ast.Identifier, ...kinds: readonly NameKind[]): Name | undefined {
    const declared = this.names.get(name);
    if (declared && kinds.includes(declared.kind)) return name;
    const near = [...this.names].filter(([, d]) => kinds.includes(d.kind)).map(([n]) => n);
    const [similar] = didYouMean(name, near);
    const sure = surelyMeant(name, near);
    const kind = kinds.join(" or ");
    const other = similar === undefined ? undefined : this.names.get(similar);
    return this.report(
      "KSP2001",
      { kind, name },
      {
        at: span,
        label: declared ? `this is a ${declared.kind}` : "not declared in this policy",
        ...(other && similar && { secondary: [{ span: other.span, text: `\`${similar}\` is declared here` }] }),
        help: similar
          ? {
              text: `a ${kind} with a similar name exists`,
              edits: sure === undefined ? [] : [{ span, text: kinds.includes("list") ? `@${sure}` : sure }],
            }
          : `declare the ${kind} \`${name}\`, or name one that exists`,
      },
    );
  }

  /** Gives a meaning its id and remembers where it was said; the same meaning twice is a fault. */
  identify<T extends object>(
    prefix: string,
    statement: ast.Node & { readonly caveat?: ast.Caveat },
    text: string,
    meaning: T,
    parts: Readonly<Record<string, Span>> = {},
  ): { readonly id: StatementId } & T {
    const whole = digest(meaning);
    const id = `${prefix}-${whole.slice(0, this.#digits)}`;
    const other = this.origins.get(id);
    if (other && this.#digests.get(id) !== whole) this.hasClash = true;
    else if (other)
      this.report(
        "KSP2010",
        {},
        {
          at: statement.span,
          label: "the second time",
          secondary: [{ span: other.span, text: "the first time" }],
          // With another reason or day, which of the two is meant is not known.
          help:
            other.text === text
              ? { text: "remove one of the two", edits: [{ span: statement.span, text: "" }] }
              : "remove one of the two",
        },
      );
    else {
      this.origins.set(id, { span: statement.span, text, parts: { ...parts, ...partsOfCaveat(statement.caveat) } });
      this.#digests.set(id, whole);
    }
    return { id, ...meaning };
  }
}
