import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { good } from "../../commands/ksp.ts";
import { withLab } from "../../lab/lab.ts";
import { internet } from "../../lab/line.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { compiled, isShut, startGuard } from "./guard.ts";

/** Says what a bus would: whatever is written into a file. */
const bus = "#!/bin/sh\nexec tail -n +1 -F /run/bus 2>/dev/null\n";

describe.skipIf(mayBeSkipped())("a sleep that logind announces", { timeout: 90_000 }, () => {
  test("closes before, whatever still answers, until the machine has woken and all is heard anew", async () => {
    const folder = await compiled(good);
    await withLab(async (lab) => {
      await lab.client.run(["sh", "-c", "mkdir /run/bin; cat >/run/bin/gdbus; chmod +x /run/bin/gdbus; : >/run/bus"], {
        input: bus,
      });
      const say = (is: boolean) =>
        lab.client.run([
          "sh",
          "-c",
          'echo "/x: org.freedesktop.login1.Manager.PrepareForSleep ($0,)" >>/run/bus',
          `${is}`,
        ]);
      const vpn = await lab.wireguard(homeWireguard);
      await vpn.start();
      const guard = await startGuard(lab, folder, { path: "/run/bin" });
      await guard.inForce("up", 0);
      const start = Date.now();
      await say(true);
      await guard.inForce("down", start);
      // The tunnel is there, and its heartbeat answers.
      await pause(1_500);
      expect(guard.state()).toBe("down");
      expect(await isShut(lab)).toBe(true);
      const woken = Date.now();
      await say(false);
      await guard.inForce("up", woken);
      expect(await lab.ping(internet.ipv4)).toBe(true);
    });
  });
});
