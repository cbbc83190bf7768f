import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { good } from "../../commands/ksp.ts";
import { leaked } from "../../lab/classify.ts";
import { type Lab, withLab } from "../../lab/lab.ts";
import { internet } from "../../lab/line.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { compiled, isShut, ksp, startGuard } from "./guard.ts";
import { isNft, rules, stateInForce, usual } from "./rules.ts";

const before = good;
/** One list more, and another way to send what is on it. */
const after = (more: string): string => `${good}list extra = 203.0.113.0/24\nallow out to @extra udp 4242\n${more}`;

const isAfter = async (lab: Lab): Promise<boolean> => (await rules(lab)).includes("203.0.113.0/24");

describe.skipIf(mayBeSkipped())("rules that are applied", { timeout: 120_000 }, () => {
  test("come back unless they are confirmed, also without a daemon, and nothing leaks meanwhile", async () => {
    const [old, fresh, confirming] = await Promise.all([
      compiled(before),
      compiled(after("")),
      compiled(after("control {\n  confirm within 30s\n}\n")),
    ]);
    const broken = await compiled(after(""));
    await appendFile(join(broken, usual.folder, isNft ? "ruleset.nft" : "ruleset.v4"), "\n");
    await withLab(async (lab) => {
      const vpn = await lab.wireguard(homeWireguard);
      await vpn.start();
      const guard = await startGuard(lab, old);
      await guard.inForce("up", 0);

      // What is not whole changes nothing, and only root may ask.
      expect(await ksp(lab, "apply", broken)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining("changed after"),
      });
      expect((await lab.client.run(["stat", "-c", "%a %u", "/run/ksp/root.sock"])).trim()).toBe("600 0");
      expect(await ksp(lab, "confirm")).toMatchObject({ status: 1, stderr: expect.stringContaining("nothing waits") });
      expect(await isAfter(lab)).toBe(false);

      // Nobody confirms: the daemon goes back by itself.
      const capture = await lab.capture(vpn);
      const flood = await lab.flood(vpn);
      const start = Date.now();
      expect(await ksp(lab, "apply", fresh, "--confirm", "8s")).toMatchObject({
        status: 0,
        stdout: expect.stringContaining("not confirmed"),
      });
      expect(await isAfter(lab)).toBe(true);
      await guard.inForce("up", start);
      await eventually("the rules before", async () => !(await isAfter(lab)), 30_000);
      await guard.inForce("up", start + 8_000, 30_000);
      const lost = Date.now();
      await vpn.process().kill("SIGKILL");
      await guard.inForce("down", lost, 30_000);
      await pause(100);
      await flood.stop();
      const counts = await capture.stop();
      expect(counts.endpoint).toBeGreaterThan(20);
      expect(leaked(counts), JSON.stringify(counts)).toBe(0);
      await vpn.start();

      // The daemon dies before: a timer that is not its own goes back, and the next daemon, too.
      expect((await ksp(lab, "apply", fresh, "--confirm", "6s")).status).toBe(0);
      await guard.process.kill("SIGKILL");
      expect(await isAfter(lab)).toBe(true);
      await eventually("the rules before", async () => !(await isAfter(lab)), 30_000);
      expect(await stateInForce(lab, old)).toBe("down");
      await vpn.process().kill("SIGKILL");
      expect(await isShut(lab)).toBe(true);
      await vpn.start();
      const second = await startGuard(lab, old);
      await second.inForce("up", 0);
      expect(await isAfter(lab)).toBe(false);

      // Confirmed by a person, it holds for the next daemon, too.
      expect((await ksp(lab, "apply", fresh, "--confirm", "60s")).status).toBe(0);
      const confirmed = await ksp(lab, "confirm");
      expect(confirmed).toMatchObject({ status: 0, stdout: expect.not.stringContaining("not confirmed") });
      await second.process.kill("SIGKILL");
      const third = await startGuard(lab, old);
      expect(await isAfter(lab)).toBe(true);

      // A policy that wants a confirmation itself is content with tunnels that are open anew.
      expect((await ksp(lab, "apply", confirming)).status).toBe(0);
      expect((await ksp(lab, "apply", confirming, "--confirm", "5m")).stderr).toContain("within 30 s");
      expect((await ksp(lab, "apply", old)).stdout).toContain("not confirmed");
      await eventually(
        "a confirmation",
        () => third.log().filter(({ confirmed: is }) => is === true).length === 2,
        20_000,
      );
      expect(await isAfter(lab)).toBe(false);
      expect(await lab.ping(internet.ipv4)).toBe(true);
    });
  });
});
