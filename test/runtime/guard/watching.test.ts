import { describe, expect, test } from "vitest";
import { cli } from "../../commands/ksp.ts";
import { withLab } from "../../lab/lab.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { compiled, type Entry, type Guard, ksp, startGuard } from "./guard.ts";
import { isNft, rules, usual } from "./rules.ts";

// With nothing but a slow heartbeat besides: what closes here is the watching itself.
const policy = `ksp 1
policy guarded

tunnel wg0 {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32
  carries everything
}

dns 10.64.0.1 through wg0
ipv6 block

watch wg0 {
  interface
  route 0.0.0.0/0
  heartbeat 10.64.0.1 every 100ms lost after 100
}
`;

/** A rule that opens all, where only a listing shows it. */
const inserted = isNft ? "nft insert rule inet ksp output accept" : `${usual.programs[0]} -I ksp_output 2 -j ACCEPT`;

/** The moment of the first entry of that kind. */
const momentOf = async (guard: Guard, start: number, event: string, detail: string): Promise<number> => {
  const found = (): Entry | undefined =>
    since(guard, start).find((entry) => entry.event === event && JSON.stringify(entry).includes(detail));
  await eventually(`${event} ${detail}; the log: ${guard.process.said()}`, () => found() !== undefined);
  return Date.parse(found()?.time ?? "");
};
const since = ({ log }: Guard, start: number): readonly Entry[] =>
  log().filter(({ time }) => Date.parse(time) >= start);

describe.skipIf(mayBeSkipped())("whoever cannot watch closes", { timeout: 60_000 }, () => {
  test("the program of events dies, or its queue runs over; a foreign route is told", async () => {
    const folder = await compiled(policy);
    await withLab(async (lab) => {
      const vpn = await lab.wireguard(homeWireguard);
      const guard = await startGuard(lab, folder);
      await vpn.start();
      await guard.inForce("up", 0);
      const monitor = async (signal: string): Promise<void> => {
        await lab.client.run(["pkill", `-${signal}`, "-x", "-f", "ip -o monitor link address route rule"]);
      };

      const killed = Date.now();
      await monitor("KILL");
      const lost = await momentOf(guard, killed, "lost", "wg0: interface: not watched: ip ended: SIGKILL");
      await guard.inForce("down", lost);
      await guard.inForce("up", lost);

      const flooded = Date.now();
      await monitor("STOP");
      const routes = Array.from({ length: 20_000 }, (_, i) => `route ${i % 2 ? "del" : "add"} 203.0.113.1/32 dev lo\n`);
      await lab.client.ip(routes.join(""));
      await monitor("CONT");
      const overrun = await momentOf(guard, flooded, "network", "No buffer space available");
      await guard.inForce("down", overrun);
      await guard.inForce("up", overrun);

      // Nobody hears this change: it is found when somebody listens again.
      const before = await rules(lab);
      const deaf = Date.now();
      await lab.client.run(["sh", "-c", `pkill -KILL -x -f 'nft monitor'; ${inserted}`]);
      const tampered = await momentOf(guard, deaf, "tampered", "");
      await guard.inForce("down", tampered);
      await guard.inForce("up", tampered);
      expect(await rules(lab)).toBe(before);

      const steered = Date.now();
      await lab.client.ip("route add 203.0.113.0/24 via 192.168.1.1 dev eth0");
      expect((await ksp(lab, "status")).stdout).toContain("foreign route: 203.0.113.0/24 dev eth0 beside wg0");
      expect(guard.state()).toBe("up");
      expect(since(guard, steered).some(({ event }) => event === "lost")).toBe(false);

      const watch = await lab.client.spawn([process.execPath, cli, "watch"]);
      await watch.until("guarding, up\n");
      await lab.client.ip("link set wg0 down");
      await watch.until("guarding, down; wg0 interface: ");
      await guard.process.kill("SIGTERM");
      expect(await watch.ended).toMatchObject({ status: 2, stderr: expect.stringContaining("no daemon answers") });
    });
  });
});
