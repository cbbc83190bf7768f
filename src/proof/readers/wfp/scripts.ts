import { createHash } from "node:crypto";

/** SHA-256 of the scripts, which are the same for every policy: no other ones were tried (`test/wfp/rig.test.ts`, `scripts.test.ts`). */
export const scripts: ReadonlyMap<string, string> = new Map([
  ["wfp/apply.ps1", "9add308e51bb96aee6044839d43c93f395d8962cf8da9823445479ddd2db346f"],
  ["wfp/hyperv.ps1", "53e04c4e8f1a09fe2dee6263147358e076ea85bccaa8eb13a346dc553e988c64"],
]);

export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");
