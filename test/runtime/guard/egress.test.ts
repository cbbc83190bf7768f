import { describe, expect, test } from "vitest";
import { good } from "../../commands/ksp.ts";
import { type Lab, withLab } from "../../lab/lab.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { compiled, ksp, startGuard } from "./guard.ts";
import { isNft } from "./rules.ts";

const isHooked = async ({ client }: Lab): Promise<boolean> =>
  (await client.run(["nft", "list", "chains", "netdev"])).includes('hook egress device "eth0"');

describe.skipIf(mayBeSkipped() || !isNft)("a hook of a card", { timeout: 60_000 }, () => {
  test("comes with the rules, comes back, and goes with the protection or a policy without one", async () => {
    const [hooked, plain] = await Promise.all([
      compiled(good, { egress: ["eth0", "eth7"] }),
      compiled(`${good}allow out to 203.0.113.7 udp 4242\n`),
    ]);
    await withLab(async (lab) => {
      await startGuard(lab, hooked);
      await eventually("the hook", () => isHooked(lab));
      await lab.client.run(["nft", "delete", "table", "netdev", "ksp-eth0"]);
      await lab.client.ip("link set eth0 mtu 1400"); // a change of the network: it looks
      await eventually("the hook to come back", () => isHooked(lab));
      expect((await ksp(lab, "disable")).status).toBe(0);
      expect(await isHooked(lab)).toBe(false);
      expect((await ksp(lab, "enable")).status).toBe(0);
      await eventually("the hook after a pause", () => isHooked(lab));
      expect((await ksp(lab, "apply", plain)).status).toBe(0);
      await eventually("the hook to go", async () => !(await isHooked(lab)));
    });
  });
});
