import { describe, expect, test } from "vitest";
import { good } from "../../commands/ksp.ts";
import { type Lab, withLab } from "../../lab/lab.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { compiled, ksp, startGuard } from "./guard.ts";
import { rules, usual } from "./rules.ts";

const full = "ENOSPC";

/** A disk of its own for a folder, which others then fill to its last page. */
const ownDisk = (lab: Lab, folder: string): Promise<string> =>
  lab.client.run(["sh", "-c", `mkdir -p ${folder} && mount -t tmpfs -o size=256k,mode=755 tmpfs ${folder}`]);
const fill = (lab: Lab, folder: string): Promise<unknown> =>
  lab.client.exec(["sh", "-c", `cat /dev/zero >${folder}/rest`]);

describe.skipIf(mayBeSkipped())("a full disk", { timeout: 120_000 }, () => {
  test("is a clear error, and what is in force stays: at a start, a disable, an apply and an install", async () => {
    const [folder, other] = [await compiled(good), await compiled(`${good}allow out to 203.0.113.0/24 udp 4242\n`)];
    await withLab(async (lab) => {
      await ownDisk(lab, "/run/ksp");
      const vpn = await lab.wireguard(homeWireguard);
      await vpn.start();
      const guard = await startGuard(lab, folder);
      await guard.inForce("up", 0);
      const before = await rules(lab);
      await fill(lab, "/run/ksp");
      const disabled = await ksp(lab, "disable", "--for", "5m");
      expect(disabled).toMatchObject({ status: 1, stderr: expect.stringContaining(full) });
      expect(await ksp(lab, "apply", other)).toMatchObject({ status: 1, stderr: expect.stringContaining(full) });
      expect(await rules(lab)).toBe(before);
      expect(guard.state()).toBe("up");
      expect(await ksp(lab, "status")).toMatchObject({ status: 0 });

      await guard.process.kill("SIGKILL");
      await lab.client.run(["rm", "-r", `/run/ksp/${usual.folder}`]);
      await fill(lab, "/run/ksp");
      expect(await ksp(lab, "run", "--backend", usual.name, folder)).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(/KSP5051.*ENOSPC/),
      });
      expect(await rules(lab)).toBe(before);

      await ownDisk(lab, "/run/system");
      expect((await ksp(lab, "install", folder, "--root", "/run/system")).status).toBe(0);
      const active = (): Promise<string> =>
        lab.client.run(["sh", "-c", "cd /run/system/etc/ksp && ls -R && cat active/bundle.json"]);
      const installed = await active();
      await fill(lab, "/run/system");
      expect(await ksp(lab, "install", other, "--root", "/run/system")).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(/KSP5055.*ENOSPC/),
      });
      expect(await active()).toBe(installed);
    });
  });
});
