import { createHash } from "node:crypto";

/** SHA-256 of the scripts, which are the same for every policy: no other ones were tried (`test/wfp/rig.test.ts`, `scripts.test.ts`). */
export const scripts: ReadonlyMap<string, string> = new Map([
  ["wfp/apply.ps1", "17588a3fd32eb4c888338ee9d03cec5efe8803a046d176172a0f0bd1ada8f34e"],
  ["wfp/hyperv.ps1", "53e04c4e8f1a09fe2dee6263147358e076ea85bccaa8eb13a346dc553e988c64"],
]);

export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");
