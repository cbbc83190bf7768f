import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bundle, openBundle } from "../lab/bundle.ts";

// Another folder of compiled policies can be tried by naming it.
const { KSP_GOLDEN: folder = fileURLToPath(new URL("../golden", import.meta.url)) } = process.env;

/** The policies that have files for nftables. */
export const policies = existsSync(folder)
  ? readdirSync(folder).filter((policy) => existsSync(join(folder, policy, "nft", "ruleset.nft")))
  : [];

export const golden = (policy: string): Bundle => openBundle(join(folder, policy, "nft"));
