import { createHash } from "node:crypto";

/** SHA-256 of the scripts, which are the same for every policy: no other ones were tried (`test/wfp/rig.test.ts`, `scripts.test.ts`). */
export const scripts: ReadonlyMap<string, string> = new Map([
  ["wfp/apply.ps1", "17588a3fd32eb4c888338ee9d03cec5efe8803a046d176172a0f0bd1ada8f34e"],
  ["wfp/hyperv.ps1", "7299f5c90865b894a6e1f0acc3d309d37e8c50508693eb1daeaca4c4113d2f11"],
]);

export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");
