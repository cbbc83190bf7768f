import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Counts, leaked } from "../../lab/classify.ts";
import { withLab } from "../../lab/lab.ts";
import { gateway, internet } from "../../lab/line.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { figure } from "./figures.ts";
import { compiled, type Guard, isShut, ksp, startGuard } from "./guard.ts";
import { homeTunnel } from "./home-tunnel.ts";
import { backendOf, load, rules, stateInForce } from "./rules.ts";
import { lose } from "./trial.ts";

/** With sets that are filled, and one that closes by itself. */
const policy = (more = ""): string => `ksp 1
policy guarded

${homeTunnel}allow host "moved.example" at 192.0.2.70 within 192.0.2.64/26 tcp 443
portal for 60s user 1001 tcp 7777 and dns accept-risk KSP3001, KSP3002 reason "log-in pages"

watch wg0 {
  interface
  heartbeat 10.64.0.1 every 200ms lost after 3
}
${more}`;

const said = ({ log }: Guard, text: string): boolean => log().some((entry) => JSON.stringify(entry).includes(text));
const tamperings = ({ log }: Guard): number => log().filter(({ event }) => event === "tampered").length;

describe.skipIf(mayBeSkipped()).each(["iptables-nft", "iptables-legacy"].map(backendOf))("$name", (backend) => {
  const [v4 = "", v6 = ""] = backend.programs;

  test("guards: a lost tunnel, rules that others change, a portal, a time without protection", {
    timeout: 90_000,
  }, async () => {
    const folder = await compiled(policy("control {\n  disable for 1h\n}\n"), { backend });
    await withLab(async (lab) => {
      const vpn = await lab.wireguard(homeWireguard);
      const leases = `mkdir -p /run/systemd/netif/leases; echo DNS=${gateway.ipv4} >/run/systemd/netif/leases/2`;
      await lab.client.run(["sh", "-c", leases]);
      await vpn.start();
      await lab.answerInside("10.64.0.1");
      const guard = await startGuard(lab, folder, { backend });
      await guard.inForce("up", 0);
      expect(await stateInForce(lab, folder, backend)).toBe("up");
      expect(await lab.ping(internet.ipv4)).toBe(true);
      await eventually("it to be read back", () =>
        said(guard, "the kernel holds what the files say, for every packet"),
      );
      await eventually("the host's address", () => said(guard, '"addresses":["192.0.2.77"]'));
      const loaded = await rules(lab, backend);
      expect(loaded).toContain("add ksp_allow-host-3f5019_v4 192.0.2.77\n");

      const { counts, closed } = await lose(
        { lab, vpn, guard },
        { name: "killed", lose: () => vpn.process().kill("SIGKILL"), undo: () => vpn.start() },
      );
      expect(leaked(counts), JSON.stringify(counts)).toBe(0);
      expect(counts.endpoint).toBeGreaterThan(20);
      figure(`${backend.name}: closed ${closed} ms after a kill of the tunnel`);

      for (const command of [
        `${v4} -I OUTPUT 1 -j ACCEPT; ${v4} -t mangle -I POSTROUTING 1 -j ACCEPT`,
        `${v4} -F; ${v4} -t mangle -F`,
        `${v6} -I ksp_out_up 1 -j RETURN`,
        ...(backend.name === "iptables-nft" ? ["nft flush ruleset"] : []),
      ]) {
        const capture = await lab.capture(vpn);
        const flood = await lab.flood(vpn);
        await pause(150);
        const start = Date.now();
        await lab.client.run(["sh", "-c", command]);
        const shut = await guard.inForce("down", start);
        await guard.inForce("up", start);
        await flood.stop();
        const lost: Counts = await capture.stop();
        figure(`${backend.name}, ${command}: loaded anew after ${shut} ms; ${leaked(lost)} frames`);
        expect(leaked(lost), command).toBe(0);
        await eventually("the host again", async () => (await rules(lab, backend)) === loaded);
      }
      // One of them may have been noticed by the switch that it came between.
      expect(tamperings(guard)).toBeGreaterThan(1);
      // What stands behind ours is somebody else's, and stays.
      const before = tamperings(guard);
      await lab.client.run(["sh", "-c", `${v4} -A OUTPUT -p udp --dport 4242 -j ACCEPT; ${v6} -N other`]);
      await pause(700);
      expect(tamperings(guard)).toBe(before);

      const hits = JSON.parse((await ksp(lab, "hits", "--format", "json")).stdout);
      expect(hits.hits).toContainEqual(expect.objectContaining({ statement: "closed-out", passed: false }));

      await vpn.process().kill("SIGKILL");
      await eventually("down", async () => guard.state() === "down");
      expect((await ksp(lab, "portal")).stdout).toContain("the portal is open");
      expect(await stateInForce(lab, folder, backend)).toBe("portal");
      const opened = await rules(lab, backend);
      expect(opened).toContain(`add ksp_portal_resolvers_v4 ${gateway.ipv4}\n`);
      expect(opened).toContain("add ksp_portal_open_v4 0.0.0.0/1 timeout ");

      // Disabled, and the daemon dead: it closes without it, and the next one adopts what is there.
      expect((await ksp(lab, "disable", "--for", "2s")).status).toBe(0);
      expect(await lab.ping(internet.ipv4), "disabled").toBe(true);
      await guard.process.kill("SIGKILL");
      await eventually("it to be closed", async () => (await stateInForce(lab, folder, backend)) === "down", 8_000);
      expect(await isShut(lab)).toBe(true);
      const next = await startGuard(lab, folder, { backend });
      expect(next.state()).toBe("down");
      await next.process.kill("SIGTERM");
      const third = await startGuard(lab, folder, { backend });
      expect(said(third, "adopted the rules that are there")).toBe(true);
      await vpn.start();
      await third.inForce("up", 0);
    });
  });
});

describe.skipIf(mayBeSkipped())("iptables", { timeout: 60_000 }, () => {
  test("where the kernel holds another rule than was loaded, the lockdown is in force", async () => {
    const backend = backendOf("iptables-nft");
    const folder = await compiled(policy(), { backend });
    /** Loads one rule more than it is given. */
    const lying = `#!/bin/sh
sed 's/^-A ksp_out_down -o lo/-A ksp_out_down -d 203.0.113.1 -j RETURN\\n&/' | exec /usr/sbin/iptables-nft-restore "$@"
`;
    await withLab(async (lab) => {
      const path = "/run/bin/iptables-nft-restore";
      await lab.client.run(["sh", "-c", `mkdir /run/bin; cat >${path}; chmod +x ${path}`], { input: lying });
      const guard = await startGuard(lab, folder, { backend, path: "/run/bin" });
      await eventually("the lockdown", () => said(guard, "the lockdown is in force instead"));
      expect(guard.log().find(({ event }) => event === "tampered")).toMatchObject({
        last: expect.stringMatching(/203\.0\.113\.1\b.*the kernel lets it pass, the files do not/),
      });
      const held = await rules(lab, backend);
      expect(held).toContain("-A ksp_output -g ksp_out_lockdown");
      expect(held).not.toContain("203.0.113.1");
    });
  });

  test("a bundle is for the backend that it was compiled for, and for one alone", async () => {
    const nft = backendOf("nft");
    const [folder, both, hooked] = await Promise.all([
      compiled(policy(), { backend: nft }),
      compiled(policy(), { backend: nft, targets: ["iptables"] }),
      compiled(policy(), { backend: nft, targets: ["iptables"], egress: ["eth0"] }),
    ]);
    await withLab(async (lab) => {
      const refused = async (backend: string, bundle: string, why: string): Promise<void> =>
        expect(await ksp(lab, "run", "--backend", backend, bundle)).toMatchObject({
          status: 2,
          stderr: expect.stringContaining(why),
        });
      await refused("iptables", folder, "it has rules for nft, none for iptables");
      await refused("iptables", hooked, "it has hooks at devices");
      await load(lab, both, "ruleset", backendOf("iptables-legacy"));
      await refused("nft", both, "rules of ksp for iptables-legacy are in the kernel");
      await refused("iptables-nft", both, "rules of ksp for iptables-legacy are in the kernel");

      const root = "/run/system";
      const install = (backend: string) => ksp(lab, "install", both, "--root", root, "--backend", backend);
      expect(await install("nft")).toMatchObject({ status: 0 });
      expect(await install("iptables")).toMatchObject({
        status: 2,
        stderr: expect.stringContaining("`ksp uninstall`"),
      });
      expect(await ksp(lab, "uninstall", "--root", root)).toMatchObject({ status: 0 });
      expect(await install("iptables")).toMatchObject({ status: 0 });
    });
  });
});
