import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { cli, good } from "../../commands/ksp.ts";
import { randomOf } from "../../fuzz/random.ts";
import { leaked } from "../../lab/classify.ts";
import { withLab } from "../../lab/lab.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { figure } from "./figures.ts";
import { compiled } from "./guard.ts";
import { load, stateInForce, usual } from "./rules.ts";

/** `KSP_KILLS=1000` takes half an hour. */
const { KSP_KILLS = "3" } = process.env;
const kills = Number(KSP_KILLS);

/** A tunnel that comes and goes, so that the daemon always has something to do. */
const flapping = `while :; do
  ip link set wg0 down; sleep 0.1
  ip link set wg0 up; ip route add default dev wg0 table 27507; ip -6 route add default dev wg0 table 27507; sleep 0.5
done`;

describe.skipIf(mayBeSkipped())("killed at a random moment", { timeout: 120_000 + kills * 10_000 }, () => {
  test(`${kills} times, the daemon leaves the rules in a state, never between, and nothing leaks`, async () => {
    const folder = await compiled(good);
    const random = randomOf(Date.now());
    await withLab(async (lab) => {
      const vpn = await lab.wireguard(homeWireguard);
      await vpn.start();
      await load(lab, folder, "ruleset");
      const flaps = await lab.client.spawn(["sh", "-c", flapping]);
      const capture = await lab.capture(vpn);
      const flood = await lab.flood(vpn, 60 + kills * 10);
      const seen = new Map<string, number>();
      const start = () => lab.client.spawn([process.execPath, cli, "run", "--backend", usual.name, folder]);
      // Half of the moments are to come after it has opened, however busy this machine is.
      const begun = performance.now();
      const first = await start();
      await first.until('"state":"up"', 30_000);
      await first.kill("SIGKILL");
      const longest = 2 * (performance.now() - begun);
      for (let i = 0; i < kills; i++) {
        const daemon = await start();
        await pause(200 + random.below(longest));
        await daemon.kill("SIGKILL");
        const state = await stateInForce(lab, folder);
        seen.set(state, (seen.get(state) ?? 0) + 1);
      }
      await flaps.kill();
      const { datagrams } = await flood.stop();
      const counts = await capture.stop();
      figure(`${kills} kills: ${JSON.stringify([...seen])}, ${datagrams} datagrams, ${leaked(counts)} frames leaked`);
      expect([...seen.keys()].filter((state) => state !== "up" && state !== "down")).toEqual([]);
      expect(datagrams).toBeGreaterThan(200);
      if (seen.has("up")) expect(counts.endpoint).toBeGreaterThan(10);
      expect(leaked(counts), JSON.stringify(counts)).toBe(0);
      if (kills >= 50) expect([...seen.keys()].toSorted()).toEqual(["down", "up"]);
    });
  });
});
