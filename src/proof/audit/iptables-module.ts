import type { Context } from "./iptables-tests.ts";
import type { Part } from "./iptables-words.ts";
import type { Test } from "./rules.ts";

export interface ModuleContext extends Context {
  readonly protocol: number | undefined;
}
/** What the options of a module ask; undefined where one is not understood. */
export type Module = (asked: readonly Part[], context: ModuleContext) => readonly Test[] | undefined;

/** Each option by itself: all must be known. */
export const each =
  (of: (part: Part, context: ModuleContext) => Test | undefined): Module =>
  (asked, context) => {
    const tests = asked.map((part) => of(part, context));
    return tests.every((test) => test !== undefined) ? tests : undefined;
  };
