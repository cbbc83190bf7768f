import { type Hits, summed } from "../firewall/hits.ts";
import type { Fault } from "../firewall/kernel.ts";
import { complaint, run } from "../system/program.ts";

/** Counts by statement. A packet that leaves is judged twice, in output and in postrouting, and so it is counted twice. */
export async function readHits(): Promise<readonly Hits[] | Fault> {
  const ran = await run(["nft", "-j", "list", "table", "inet", "ksp"], { milliseconds: 30_000 });
  if (ran.status !== 0)
    return { fault: /No such file or directory/.test(ran.stderr) ? "no rules of ksp are loaded" : complaint(ran) };
  return parseHits(ran.stdout) ?? { fault: "what nft lists is not understood" };
}

interface Listed {
  readonly nftables: readonly { readonly rule?: { readonly comment?: string; readonly expr: readonly Expression[] } }[];
}
type Expression = Readonly<Record<string, unknown>> & {
  readonly counter?: { readonly packets: number; readonly bytes: number };
};

export function parseHits(json: string): readonly Hits[] | undefined {
  try {
    const { nftables }: Listed = JSON.parse(json);
    const counted = nftables.flatMap(({ rule }): readonly Hits[] => {
      const counter = rule?.expr.find((part) => part.counter)?.counter;
      if (rule?.comment === undefined || !counter) return [];
      return [{ statement: rule.comment, passed: rule.expr.some((part) => "accept" in part), ...counter }];
    });
    return summed(counted);
  } catch {
    return undefined;
  }
}
