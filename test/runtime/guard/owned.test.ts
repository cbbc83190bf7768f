import { describe, expect, test } from "vitest";
import { type Lab, withLab } from "../../lab/lab.ts";
import { internet } from "../../lab/line.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { compiled, type Guard, isShut, ksp, startGuard } from "./guard.ts";
import { homeTunnel } from "./home-tunnel.ts";
import { backendOf } from "./rules.ts";

const policy = `ksp 1
policy guarded

${homeTunnel}allow host "moved.example" at 192.0.2.70 within 192.0.2.64/26 tcp 443
portal for 60s tcp 7777 accept-risk KSP3001 reason "log-in pages"

watch wg0 {
  interface
  heartbeat 10.64.0.1 every 200ms lost after 3
}

control {
  disable for 1h
}
`;

const table = "table inet ksp-owned\n";
const isHeld = async ({ client }: Lab): Promise<boolean> =>
  (await client.run(["nft", "list", "tables"])).includes(table);
const saying = ({ log }: Guard, text: string): number =>
  log().filter((entry) => JSON.stringify(entry).includes(text)).length;

/** What is called nft does something first. */
const nftDoing = async ({ client }: Lab, deed: string): Promise<void> => {
  const input = `#!/bin/sh\n${deed}\nexec /usr/sbin/nft "$@"\n`;
  await client.run(
    ["sh", "-c", "mkdir -p /run/bin; cat >/run/bin/new; chmod +x /run/bin/new; mv /run/bin/new /run/bin/nft"],
    { input },
  );
};

describe.skipIf(mayBeSkipped())("the table that looks a second time", { timeout: 60_000 }, () => {
  test("is there as long as no more may leave than the states let leave", async () => {
    const folder = await compiled(policy);
    await withLab(async (lab) => {
      const vpn = await lab.wireguard(homeWireguard);
      const guard = await startGuard(lab, folder);
      await eventually("it to be there", () => isHeld(lab));
      await vpn.start();
      await guard.inForce("up", 0);
      expect(await lab.ping(internet.ipv4)).toBe(true);
      expect(await lab.client.run(["nft", "list", "table", "inet", "ksp-owned"])).toContain("192.0.2.64/26");

      // Nobody else can take it away, and whoever ends its process finds it back.
      for (const command of ["flush ruleset", "delete table inet ksp-owned"]) await lab.client.exec(["nft", command]);
      expect(await isHeld(lab)).toBe(true);
      await lab.client.run(["pkill", "-KILL", "-x", "-f", "nft -i"]);
      await eventually("it to be gone", async () => !(await isHeld(lab)));
      await eventually("it to be back", () => isHeld(lab));
      expect(saying(guard, "it is not there: nft ended: SIGKILL")).toBe(1);
      await guard.inForce("up", 0);

      await vpn.process().kill("SIGKILL");
      await eventually("down", () => guard.state() === "down");
      expect(await isHeld(lab)).toBe(true);
      expect((await ksp(lab, "portal")).status).toBe(0);
      expect(await isHeld(lab), "portal").toBe(false);
      expect((await ksp(lab, "enable")).status).toBe(0);
      await eventually("it to be back after the portal", () => isHeld(lab));

      expect((await ksp(lab, "disable")).status).toBe(0);
      expect(await isHeld(lab), "disabled").toBe(false);
      expect(await lab.ping(internet.ipv4), "disabled").toBe(true);
      expect((await ksp(lab, "enable")).status).toBe(0);
      await eventually("it to be back when enabled", () => isHeld(lab));
      expect(await isShut(lab)).toBe(true);

      // It goes with the daemon, however that ends; the rules stay.
      await guard.process.kill("SIGKILL");
      await eventually("it to be gone with the daemon", async () => !(await isHeld(lab)));
      expect(await isShut(lab)).toBe(true);
      const next = await startGuard(lab, folder);
      await eventually("it to be there again", () => isHeld(lab));
      await next.process.kill("SIGTERM");
      expect(await isHeld(lab)).toBe(false);
    });
  });

  test("is missed, and said to be, where nft cannot hold it; the rules guard without it", async () => {
    const folder = await compiled(policy);
    await withLab(async (lab) => {
      await nftDoing(lab, '[ "$1" != -i ] || { echo "Error: no such thing" >&2; exit 1; }');
      const vpn = await lab.wireguard(homeWireguard);
      const guard = await startGuard(lab, folder, { path: "/run/bin" });
      await eventually(
        "it to be said",
        () => saying(guard, "the second look at what leaves: it is not there: Error: no such thing") === 1,
      );
      await vpn.start();
      await guard.inForce("up", 0);
      expect(await isHeld(lab)).toBe(false);
      // It tries again, and says so once. What nft has to say of terminals is no complaint about the table.
      await nftDoing(lab, '[ "$1" != -i ] || echo "Cannot read termcap database;" >&2');
      await eventually("it to be there", () => isHeld(lab));
      await eventually("it to be said", () => saying(guard, "the second look at what leaves: in force") === 1);
      expect(saying(guard, "it is not there")).toBe(1);
    });
  });

  test("is gone when the answer comes that everything passes, also where the rules are just being loaded", async () => {
    const folder = await compiled(policy, { backend: backendOf("nft") });
    await withLab(async (lab) => {
      // A script around nft, which may be killed alone; and rules that take a while.
      await nftDoing(
        lab,
        'case "$*" in -i) /usr/sbin/nft -i; exit ;; *ruleset.nft) touch /run/loading; sleep 0.5 ;; esac',
      );
      const guard = await startGuard(lab, folder, { backend: backendOf("nft"), path: "/run/bin" });
      await eventually("it to be there", () => isHeld(lab));
      expect((await ksp(lab, "portal")).status).toBe(0);
      expect(await isHeld(lab), "portal").toBe(false);
      expect((await ksp(lab, "enable")).status).toBe(0);
      await eventually("it to be back", () => isHeld(lab));
      await lab.client.run(["rm", "/run/loading"]);
      await lab.client.run(["nft", "flush", "ruleset"]);
      await eventually("a load", async () => (await lab.client.exec(["test", "-e", "/run/loading"])).status === 0);
      expect((await ksp(lab, "disable")).status).toBe(0);
      expect(await isHeld(lab), "disabled").toBe(false);
      expect(await lab.ping(internet.ipv4)).toBe(true);
      expect(guard.state()).toBe("disabled");
    });
  });

  test("keeps nobody waiting where its program never answers, and leaves none", async () => {
    const folder = await compiled(policy);
    await withLab(async (lab) => {
      await nftDoing(lab, '[ "$1" != -i ] || { sleep 1000; exit; }');
      const sleeping = async () => (await lab.client.exec(["pgrep", "-x", "-f", "sleep 1000"])).status === 0;
      const guard = await startGuard(lab, folder, { path: "/run/bin" });
      await eventually("it to begin", sleeping);
      expect((await ksp(lab, "disable")).status).toBe(0);
      expect(await sleeping(), "disabled").toBe(false);
      expect((await ksp(lab, "enable")).status).toBe(0);
      await eventually("it to begin again", sleeping);
      await guard.process.kill("SIGTERM");
      expect(await sleeping(), "ended").toBe(false);
    });
  });

  test("goes on while other rules are applied, until theirs takes its place", async () => {
    const backend = backendOf("nft");
    const folder = await compiled(policy, { backend });
    const next = await compiled(`${policy}allow out to 203.0.113.9 udp 4242\n`, { backend });
    const rules = (lab: Lab) => lab.client.exec(["nft", "list", "table", "inet", "ksp-owned"]);
    await withLab(async (lab) => {
      const isLoading = async () => (await lab.client.exec(["test", "-e", "/run/loading"])).status === 0;
      await nftDoing(lab, 'case "$*" in *ruleset.nft) touch /run/loading; sleep 1 ;; esac');
      await startGuard(lab, folder, { backend, path: "/run/bin" });
      await eventually("it to be there", () => isHeld(lab));
      const applied = ksp(lab, "apply", next);
      // The trial of the new rules first, then they themselves.
      for (const what of ["a trial", "a load"]) {
        await lab.client.run(["rm", "/run/loading"]);
        await eventually(what, isLoading);
        expect(await isHeld(lab), what).toBe(true);
      }
      expect((await applied).status).toBe(0);
      await eventually("theirs", async () => (await rules(lab)).stdout.includes("203.0.113.9"));
    });
  });

  test("is loaded from what was compiled, whatever lies there", async () => {
    const folder = await compiled(policy);
    await withLab(async (lab) => {
      await startGuard(lab, folder);
      await eventually("it to be there", () => isHeld(lab));
      expect((await ksp(lab, "portal")).status).toBe(0);
      await lab.client.run(["sh", "-c", "for f in /run/ksp/*/owned.nft; do : >$f; done"]);
      expect((await ksp(lab, "enable")).status).toBe(0);
      await eventually("it to be back", () => isHeld(lab));
    });
  });

  test("takes the place of one that is nobody's, as from a backup, and waits for one that is somebody's", async () => {
    const folder = await compiled(policy);
    await withLab(async (lab) => {
      await lab.client.run(["nft", "add", "table", "inet", "ksp-owned"]);
      const guard = await startGuard(lab, folder);
      await eventually("it to be said", () => saying(guard, "the second look at what leaves: in force") === 1);
      expect((await ksp(lab, "disable")).status).toBe(0);
      expect(await isHeld(lab), "disabled").toBe(false);
      const adding = "{ echo 'add table inet ksp-owned { flags owner; }'; exec sleep 60; } | HOME=/dev/null nft -i";
      const other = await lab.client.spawn(["sh", "-c", adding]);
      await eventually("another one to be there", () => isHeld(lab));
      expect((await ksp(lab, "enable")).status).toBe(0);
      await eventually("it to be said", () => saying(guard, "Operation not permitted") === 1);
      await lab.client.run(["pkill", "-KILL", "-x", "-f", "sleep 60"]);
      await other.ended;
      await eventually(
        "it to be said once more",
        () => saying(guard, "the second look at what leaves: in force") === 2,
      );
    });
  });
});
