import { run } from "../system/program.ts";

/** The programs of one variant: `iptables` is whichever the machine has chosen. */
export type Variant = "iptables" | "iptables-nft" | "iptables-legacy";

export interface Programs {
  readonly v4: string;
  readonly v6: string;
}

export const programsOf = (variant: Variant): Programs => ({ v4: variant, v6: variant.replace("ip", "ip6") });

/** Whether `nft monitor` tells of every change of these rules. */
export async function isTold({ v4 }: Programs): Promise<boolean> {
  const [version, nft] = await Promise.all([run([v4, "--version"]), run(["nft", "--version"])]);
  return version.stdout.includes("nf_tables") && nft.status === 0;
}
