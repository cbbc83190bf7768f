import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { leaked } from "../../lab/classify.ts";
import { withLab } from "../../lab/lab.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { figure } from "./figures.ts";
import { compiled, isShut, startGuard } from "./guard.ts";

const hop = (name: string, device: string, server: string, mark: number, network: string): string => `
tunnel ${name} {
  protocol wireguard
  interface "${device}"
  server ${server} udp 51820
  carrier mark 0x${mark}/0xff
  address ${network}.2/32
  carries everything
}

watch ${name} {
  interface
  heartbeat ${network}.1 every 200ms lost after 3
}
`;
const twoHops = `ksp 1
policy guarded
${hop("entry", "wg0", "198.51.100.7", 1, "10.64.0")}${hop("exit", "wg1", "203.0.113.9", 2, "10.65.0")}
chain private = entry -> exit
dns 10.65.0.1 through exit
ipv6 block
`;

describe.skipIf(mayBeSkipped())("chains", { timeout: 60_000 }, () => {
  test("two hops: a lost one closes what is behind it, and they open in their order", async () => {
    const folder = await compiled(twoHops);
    await withLab(async (lab) => {
      const first = { ...homeWireguard, mark: 1, addresses: ["10.64.0.2/32"], gateway: ["10.64.0.1/24"] };
      const second = { interface: "wg1", server: "203.0.113.9", port: 51820, mark: 2, over: first };
      const entry = await lab.wireguard(first);
      const exit = await lab.wireguard({ ...second, addresses: ["10.65.0.2/32"], gateway: ["10.65.0.1/24"] }, "exit");
      const guard = await startGuard(lab, folder);
      await entry.start();
      await exit.start();
      await guard.inForce("up", 0);
      const states = (): readonly unknown[] =>
        guard.log().flatMap(({ event, state }) => (event === "in-force" ? [state] : []));
      expect(states()).toEqual(["down", "hop1", "up"]);

      const capture = await lab.capture(entry);
      const flood = await lab.flood(exit);
      await pause(300);
      const start = Date.now();
      await exit.process().signal("SIGSTOP");
      figure(`two hops, the second stops: hop1 after ${await guard.inForce("hop1", start)} ms`);
      expect(await isShut(lab)).toBe(true);
      const back = Date.now();
      await exit.process().signal("SIGCONT");
      await guard.inForce("up", back);
      const again = Date.now();
      await entry.process().kill("SIGKILL");
      figure(`two hops, the first dies: down after ${await guard.inForce("down", again)} ms`);
      await pause(300);
      const revived = Date.now();
      await entry.start();
      figure(`two hops, the first is back: up after ${await guard.inForce("up", revived)} ms`);
      expect(states()).toEqual(["down", "hop1", "up", "hop1", "up", "down", "hop1", "up"]);
      expect((await flood.stop()).datagrams).toBeGreaterThan(500);
      const counts = await capture.stop();
      expect(counts.endpoint).toBeGreaterThan(50);
      expect(leaked(counts), JSON.stringify(counts)).toBe(0);
    });
  });
});
