import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { withLab } from "../lab/lab.ts";
import { host, internet } from "../lab/line.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { compiled } from "./compiled.ts";

const example = readFileSync(new URL("../../examples/home-wireguard.ksp", import.meta.url), "utf8");
const blocked = { by: host.interface, from: host.ipv4, to: internet.ipv4, times: 30 } as const;

/** Asks the kernel to tell of every rule that a packet meets; its log itself belongs to the whole machine. */
const tracing = `table inet trace {
  chain output {
    type filter hook output priority -300; policy accept;
    udp dport 4242 meta nftrace set 1
  }
}
`;

/** How many of thirty refused packets are logged, and how. */
const logged = (policy: string): Promise<readonly string[]> =>
  withLab(async (lab) => {
    await lab.client.nft(compiled(policy).read("ruleset.nft"));
    await lab.client.nft(tracing);
    const monitor = await lab.client.spawn(["nft", "monitor", "trace"]);
    await pause(300); // it says nothing when it is ready
    await lab.send("client", blocked);
    await pause(300);
    const { stdout } = await monitor.kill("SIGTERM");
    const refused = stdout.split("\n").filter((text) => /rule counter .*reject.*closed-out/.test(text));
    expect(refused.length, stdout.slice(0, 2_000)).toBe(30);
    return stdout.split("\n").filter((text) => text.includes(" log prefix "));
  });

describe.skipIf(mayBeSkipped())("the log", { timeout: 30_000 }, () => {
  test("tells of refused packets, with their direction and at most so many", async () => {
    const lines = await logged(`${example}\nlog blocked at most 10 per 1h\n`);
    expect(lines).toHaveLength(10);
    for (const text of lines) expect(text).toContain('log prefix "ksp closed-out: "');
  });

  test("another limit is another number, and without a statement nothing is logged", async () => {
    expect(await logged(`${example}\nlog blocked at most 20 per 1h\n`)).toHaveLength(20);
    expect(await logged(example)).toEqual([]);
  });
});
