import { type Hits, summed } from "../firewall/hits.ts";
import type { Fault } from "../firewall/kernel.ts";
import { lacksIpv6 } from "../system/ipv6.ts";
import { complaint, run } from "../system/program.ts";
import type { Programs } from "./programs.ts";

/** Counts by statement, of both families. A packet that leaves is judged twice, in OUTPUT and in POSTROUTING, and counted twice. */
export async function readHits({ v4, v6 }: Programs): Promise<readonly Hits[] | Fault> {
  const programs = (await lacksIpv6()) ? [v4] : [v4, v6];
  const ran = await Promise.all(programs.map((program) => run([`${program}-save`, "-c"], { milliseconds: 30_000 })));
  const failed = ran.find(({ status }) => status !== 0);
  if (failed) return { fault: complaint(failed) };
  const saved = ran.map(({ stdout }) => stdout).join("\n");
  return saved.includes("\n:ksp_") ? parseHits(saved) : { fault: "no rules of ksp are loaded" };
}

export function parseHits(saved: string): readonly Hits[] {
  const counted = saved.split("\n").flatMap((line): readonly Hits[] => {
    const [, packets, bytes, rule = ""] = /^\[(\d+):(\d+)\] -A ksp_\S+ (.*)$/.exec(line) ?? [];
    const [, statement, target] = /-m comment --comment (\S+) .*?-[jg] (\S+)/.exec(rule) ?? [];
    if (statement === undefined || target === "LOG") return [];
    return [{ statement, passed: target === "RETURN", packets: Number(packets), bytes: Number(bytes) }];
  });
  return summed(counted);
}
