import { complaint, run } from "../system/program.ts";

/** What one statement let through or refused since its rules were loaded. */
export interface Hits {
  readonly statement: string;
  readonly passed: boolean;
  readonly packets: number;
  readonly bytes: number;
}

/** Counts by statement. A packet that leaves is judged twice, in output and in postrouting, and so it is counted twice. */
export async function readHits(): Promise<readonly Hits[] | { readonly fault: string }> {
  const ran = await run(["nft", "-j", "list", "table", "inet", "ksp"], { milliseconds: 30_000 });
  if (ran.status !== 0) return { fault: complaint(ran) };
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
    const found = new Map<string, Hits>();
    for (const { rule } of nftables) {
      const counter = rule?.expr.find((part) => part.counter)?.counter;
      if (rule?.comment === undefined || !counter) continue;
      const passed = rule.expr.some((part) => "accept" in part);
      const key = `${rule.comment} ${passed}`;
      const before = found.get(key);
      found.set(key, {
        statement: rule.comment,
        passed,
        packets: (before?.packets ?? 0) + counter.packets,
        bytes: (before?.bytes ?? 0) + counter.bytes,
      });
    }
    return [...found.values()].toSorted((a, b) => b.packets - a.packets || (a.statement < b.statement ? -1 : 1));
  } catch {
    return undefined;
  }
}
