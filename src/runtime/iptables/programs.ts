import type { BackendName } from "../firewall/names.ts";
import { run } from "../system/program.ts";

export type Variant = Exclude<BackendName, "nft">;

export interface Programs {
  readonly v4: string;
  readonly v6: string;
}

export const programsOf = (variant: Variant): Programs => ({ v4: variant, v6: variant.replace("ip", "ip6") });

/** What the machine has chosen. */
export async function kindOf({ v4 }: Programs): Promise<Variant> {
  const { stdout } = await run([v4, "--version"]);
  return stdout.includes("nf_tables") ? "iptables-nft" : "iptables-legacy";
}

/** Whether `nft monitor` tells of every change of these rules. */
export async function isTold(programs: Programs): Promise<boolean> {
  const [kind, nft] = await Promise.all([kindOf(programs), run(["nft", "--version"])]);
  return kind === "iptables-nft" && nft.status === 0;
}
