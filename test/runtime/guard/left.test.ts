import { expect, test } from "vitest";
import { within } from "../../../src/runtime/system/within.ts";
import { cli } from "../../commands/ksp.ts";
import { withLab } from "../../lab/lab.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { compiled, ksp, startGuard } from "./guard.ts";
import { stateInForce, usual } from "./rules.ts";

const policy = (name: string, more = ""): string => `ksp 1
policy ${name}

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
  heartbeat 10.64.0.1 every 200ms lost after 3
}
${more}`;
const pausing = policy("pausing", "app browser {\n  linux user 61234\n  traffic tunnel\n  on loss pause\n}\n");

test.skipIf(mayBeSkipped())(
  "what an earlier daemon paused runs again; without its files or its lock a daemon still closes, and without a reader of its log it ends",
  {
    timeout: 60_000,
  },
  async () => {
    const [first, second] = await Promise.all([compiled(pausing), compiled(policy("other"))]);
    await withLab(async (lab) => {
      const vpn = await lab.wireguard(homeWireguard);
      await lab.client.spawn(["sleep", "60"], { uid: 61_234 });
      const app = async (): Promise<string> => (await lab.client.run(["ps", "-o", "state=", "-u", "61234"])).trim();
      const killed = await startGuard(lab, first);
      await eventually("the app to be paused", async () => (await app()) === "T");
      await killed.process.kill("SIGKILL");

      const guard = await startGuard(lab, second);
      await eventually("the app to go on", async () => (await app()) === "S");
      await vpn.start();
      await guard.inForce("up", 0);
      const without = Date.now();
      await lab.client.run(["rm", "-r", "/run/ksp"]);
      await vpn.process().kill("SIGKILL");
      await guard.inForce("down", without);
      expect(await stateInForce(lab, second)).toBe("down");
      // With its folder the lock is gone and the sockets are: nobody could ask it, and another one could begin.
      const lost = expect.objectContaining({ text: "the lock of the daemon was lost" });
      expect(await guard.process.ended).toMatchObject({ status: 1 });
      expect(guard.log()).toContainEqual(lost);
      expect(await stateInForce(lab, second)).toBe("down");

      const next = await startGuard(lab, second);
      await vpn.start();
      await next.inForce("up", without);
      await lab.client.run(["pkill", "-KILL", "-f", "^sh -c echo held|^flock --nonblock|^cat$"]);
      expect(await next.process.ended).toMatchObject({ status: 1 });
      expect(next.log()).toContainEqual(lost);
      expect(await stateInForce(lab, second)).toBe("down");

      const full = "mkfifo /run/log; exec 3<>/run/log; head -c 65536 /dev/zero >&3";
      const run = `exec ${process.execPath} ${cli} run --backend ${usual.name} ${second} >/run/log`;
      const unread = await lab.client.spawn(["sh", "-c", `${full}; ${run}`]);
      await eventually("it to answer", async () => (await ksp(lab, "status")).status !== 2, 30_000);
      await unread.signal("SIGTERM");
      expect(await within(10_000, unread.ended)).toMatchObject({ status: 0 });
    });
  },
);
