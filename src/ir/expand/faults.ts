import type { Code, Parameters } from "../../diagnostics/catalogue.ts";
import { type Details, type Diagnostic, diagnostic, isError } from "../../diagnostics/diagnostic.ts";

/** What goes wrong while files are put together. */
export class Faults {
  readonly #found: Diagnostic[] = [];

  report<C extends Code>(code: C, parameters: Parameters<C>, details: Details): undefined {
    this.#found.push(diagnostic(code, parameters, details));
    return undefined;
  }

  add(found: readonly Diagnostic[]): void {
    for (const each of found) this.#found.push(each);
  }

  get all(): readonly Diagnostic[] {
    return this.#found;
  }

  get none(): boolean {
    return !this.#found.some(isError);
  }
}
