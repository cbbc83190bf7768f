import { compile } from "../../src/index.ts";
import type { Bundle } from "../lab/bundle.ts";

/** The nftables files of a policy that no golden holds. */
export function compiled(text: string, ...egress: readonly string[]): Bundle {
  const { files, diagnostics, name } = compile({ file: "policy.ksp", text }, { targets: ["nft"], egress });
  if (!files) throw new Error(diagnostics.map((d) => `${d.code} ${d.message}`).join("; "));
  const read = (file: string): string => {
    const found = files.get(`nft/${file}`);
    if (found === undefined) throw new Error(`${name} has no ${file}`);
    return found;
  };
  const states = [...files.keys()].flatMap((path) => /^nft\/switch\/(.*)\.nft$/.exec(path)?.[1] ?? []);
  return { read, states };
}
