import { describe, expect, test } from "vitest";
import { type Lab, withLab } from "../../lab/lab.ts";
import { internet } from "../../lab/line.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { compiled, isShut, ksp, startGuard } from "./guard.ts";

const policy = `ksp 1
policy guarded

tunnel wg0 {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32, fd64::2/128
  carries everything
}

dns 10.64.0.1 through wg0
ipv6 tunnel

app backup {
  linux user 61007
  traffic outside
  on loss keep
}
allow out app backup to ${internet.ipv4} icmp echo-request
allow out app backup to ${internet.ipv6} icmpv6 echo-request

app browser {
  linux slice "ksp-browser.slice"
  traffic tunnel
  on loss pause
}

watch wg0 {
  interface
  heartbeat 10.64.0.1 every 200ms lost after 3
}
`;

/** Pings as a user; whether an answer came, and whether the request left in clear. */
const ping = async (lab: Lab, uid: number, address: string): Promise<readonly [answered: boolean, clear: boolean]> => {
  const watching = await lab.listen("router", "lan0", `(icmp or icmp6) and dst host ${address}`);
  const { status } = await lab.client.exec(["ping", "-n", "-c", "1", "-W", "1", address], { uid });
  return [status === 0, (await watching.stop()).length > 0];
};
const rules = ({ client }: Lab): Promise<string> => client.run(["ip", "rule"]);

describe.skipIf(mayBeSkipped())("apps", { timeout: 120_000 }, () => {
  test("get outside by a rule of the daemon's, tunnel down and up, and are started in their place", async () => {
    const folder = await compiled(policy);
    await withLab(async (lab) => {
      const vpn = await lab.wireguard(homeWireguard);
      const guard = await startGuard(lab, folder);
      expect(await ping(lab, 61_007, internet.ipv4), "down").toEqual([true, true]);
      expect(await isShut(lab)).toBe(true);
      await vpn.start();
      await guard.inForce("up", 0);
      for (const address of [internet.ipv4, internet.ipv6]) {
        expect(await ping(lab, 61_007, address), `${address}: outside`).toEqual([true, true]);
        expect(await ping(lab, 65_534, address), `${address}: in the tunnel`).toEqual([true, false]);
      }
      const run = (app: string, ...command: readonly string[]) => ksp(lab, "exec", "--app", app, "--", ...command);
      expect(await run("backup", "id", "-u")).toMatchObject({ status: 0, stdout: "61007\n" });
      const { stdout } = await run("browser", "cat", "/proc/self/cgroup");
      expect(stdout).toMatch(/^0::\S*\/ksp\.slice\/ksp-browser\.slice$/m);
      expect((await run("browser", "sh", "-c", "exit 7")).status).toBe(7);
      expect((await run("browser", "sh", "-c", "kill -KILL $$")).status).toBe(137);
      expect(await run("mail", "true")).toMatchObject({ status: 1, stderr: expect.stringContaining("KSP5056") });

      // A control group that was made anew is another one, for the table that looks a second time as well.
      const group = "ksp.slice/ksp-browser.slice";
      const isKnown = async (): Promise<boolean> =>
        (await lab.client.exec(["nft", "list", "table", "inet", "ksp-owned"])).stdout.includes(`"${group}"`);
      expect(await isKnown()).toBe(true);
      await lab.client.run(["rmdir", `/sys/fs/cgroup/${group}`]);
      expect(await isKnown()).toBe(false);
      const flushed = Date.now();
      await lab.client.run(["nft", "flush", "ruleset"]);
      await guard.inForce("up", flushed);
      await eventually("the new group to be known", isKnown);

      // A rule that is gone shows that it was the rule: the packets go to the tunnel, and are dropped.
      await lab.client.run(["ip", "rule", "del", "priority", "107"]);
      expect(await ping(lab, 61_007, internet.ipv4)).toEqual([false, false]);

      await guard.process.kill("SIGTERM");
      expect(await rules(lab)).not.toContain("uidrange");
      // A control group that was made anew is another one: the rules of before are of no use.
      await lab.client.run(["rmdir", "/sys/fs/cgroup/ksp.slice/ksp-browser.slice"]);
      const next = await startGuard(lab, folder);
      expect(next.log().some(({ text }) => `${text}`.startsWith("adopted"))).toBe(false);
      expect(await rules(lab)).toContain("uidrange 61007-61007");
    });
  });
});
