import type { Control } from "../../ir/policy.ts";
import type { Remembered } from "./run-folder.ts";
import { giveWord, readWord } from "./word.ts";

const fileName = "disabled";

/** How long the policy lets the protection be off; a reason where it does not. */
export function permitted(
  { disable }: Control,
  asked: number | undefined,
): { readonly milliseconds?: number } | { readonly fault: string } {
  if (disable === "never") return { fault: "the policy says `disable never`" };
  if (disable === "allowed") return asked === undefined ? {} : { milliseconds: asked };
  if (asked !== undefined && asked > disable) return { fault: `the policy allows ${disable / 1000} s at most` };
  return { milliseconds: asked ?? disable };
}

/** The word that still counts, and for how long. */
export const stillDisabled = (
  remembered: Remembered,
): Promise<{ readonly milliseconds: number | undefined } | undefined> => readWord(remembered, fileName);

/** Remembers the word; the command closes. Says why nothing would close again. */
export const rememberDisabled = (
  remembered: Remembered,
  milliseconds: number | undefined,
  command: readonly string[],
): Promise<string | undefined> => giveWord(remembered, fileName, { milliseconds, command });

export const forgetDisabled = (remembered: Remembered): Promise<void> => remembered.remove(fileName);
