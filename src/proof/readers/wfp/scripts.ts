import { createHash } from "node:crypto";

/** SHA-256 of the scripts, which are the same for every policy: no other ones were tried (`test/wfp/rig.test.ts`, `scripts.test.ts`). */
export const scripts: ReadonlyMap<string, string> = new Map([
  ["wfp/apply.ps1", "44397cf92f48b5e5a0a21cc7322ec419dadcdbccf094babe2540d3e5a8a17978"],
  ["wfp/hyperv.ps1", "53e04c4e8f1a09fe2dee6263147358e076ea85bccaa8eb13a346dc553e988c64"],
]);

export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");
