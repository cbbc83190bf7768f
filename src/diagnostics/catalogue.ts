import { audit } from "./catalogue/audit.ts";
import { backends } from "./catalogue/backends.ts";
import { files } from "./catalogue/files.ts";
import { policy } from "./catalogue/policy.ts";
import { bugs, proof } from "./catalogue/proof.ts";
import { syntax } from "./catalogue/syntax.ts";
import type { Message } from "./message.ts";

/** Every code that ksp can print: 1xxx syntax, 2xxx policy, 3xxx leaks, 4xxx backends, 5xxx files, 6xxx machines, 9xxx bugs. Codes are never reused. */
export const catalogue = { ...syntax, ...policy, ...proof, ...backends, ...files, ...audit, ...bugs };

export type Code = keyof typeof catalogue;
/** The parameters that the message of a code needs. */
export type Parameters<C extends Code> =
  (typeof catalogue)[C]["message"] extends Message<infer P> ? Readonly<Record<P, string>> : never;
