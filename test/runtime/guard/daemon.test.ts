import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { cli } from "../../commands/ksp.ts";
import { type Counts, leaked } from "../../lab/classify.ts";
import { type Lab, withLab } from "../../lab/lab.ts";
import { internet } from "../../lab/line.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import type { Vpn } from "../../lab/vpn.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { figure } from "./figures.ts";
import { compiled, type Guard, isShut, ksp, startGuard } from "./guard.ts";
import { homeTunnel } from "./home-tunnel.ts";
import { isNft, load, rules, stateInForce, usual } from "./rules.ts";

const policy = (more = ""): string => `ksp 1
policy guarded

${homeTunnel}
watch wg0 {
  interface
  heartbeat 10.64.0.1 every 200ms lost after 3
}
${more}`;

/** A guarded client with its tunnel up. */
const guarded = async (
  text: string,
  body: (at: { readonly lab: Lab; readonly vpn: Vpn; readonly guard: Guard; readonly folder: string }) => Promise<void>,
): Promise<void> => {
  const folder = await compiled(text);
  await withLab(async (lab) => {
    const vpn = await lab.wireguard(homeWireguard);
    const guard = await startGuard(lab, folder);
    await vpn.start();
    await guard.inForce("up", 0);
    await body({ lab, vpn, guard, folder });
  });
};

/** A rule that opens all, and a file that is named in the bundle. */
const opening = isNft
  ? ["nft", "insert rule inet ksp output accept"]
  : [usual.programs[0] ?? "", "-I", "OUTPUT", "1", "-j", "ACCEPT"];
const file = isNft ? "switch/up.nft" : "switch/up.v6";

/** A member of the group takes every connection that the daemon serves. */
const holding = `import socket, time
held = [socket.socket(socket.AF_UNIX) for _ in range(200)]
for each in held: each.connect("/run/ksp/control.sock")
print("held", flush=True)
time.sleep(60)`;

const events = ({ log }: Guard, event: string): number => log().filter((entry) => entry.event === event).length;

describe.skipIf(mayBeSkipped())("the daemon", { timeout: 60_000 }, () => {
  test.runIf(isNft)("repairs what others do to its rules, within milliseconds", async () => {
    await guarded(policy(), async ({ lab, vpn, guard }) => {
      const changed = async (command: string, wait: () => Promise<unknown>): Promise<Counts> => {
        const capture = await lab.capture(vpn);
        const flood = await lab.flood(vpn);
        await pause(150);
        await lab.client.run(["nft", command]);
        await wait();
        await flood.stop();
        return capture.stop();
      };
      // What no rule of ours could see is told at once, and nothing else of other tables is.
      await lab.client.run(["nft", "add table ip other; add chain ip other c; add rule ip other c accept"]);
      const past =
        "add table netdev other; add chain netdev other e { type filter hook egress device eth0 priority 0; }";
      await lab.client.run(["nft", `${past}; add rule netdev other e udp dport 4242 fwd to lo`]);
      await eventually("the rule to be told", () => events(guard, "bypass") === 1);
      expect((await ksp(lab, "status")).stdout).toMatch(/PAST OUR RULES: netdev other e udp dport 4242 fwd to "lo": /);
      await lab.client.run(["nft", "delete table netdev other; delete table ip other"]);

      for (const command of [
        "flush ruleset",
        "flush chain inet ksp out; add rule inet ksp out accept",
        "delete table arp ksp",
      ]) {
        const start = Date.now();
        const before = events(guard, "tampered");
        const counts = await changed(command, async () => {
          const closed = await guard.inForce("down", start);
          const open = await guard.inForce("up", start);
          figure(`${command}: loaded anew after ${closed} ms, open after ${open} ms, from before the flood`);
          await pause(200);
        });
        figure(`${command}: ${leaked(counts)} frames`);
        expect(events(guard, "tampered"), command).toBe(before + 1);
        expect(leaked(counts), command).toBe(0);
      }
      // Nobody repairs, and the table that no flush reaches guards alone.
      await guard.process.signal("SIGSTOP");
      const alone = await changed("flush ruleset", () => pause(700));
      figure(`flush ruleset while the daemon is stopped: ${leaked(alone)} frames`);
      expect(leaked(alone)).toBe(0);
      // Without it the same command is a disaster.
      await lab.client.run(["pkill", "-KILL", "-x", "-f", "nft -i"]);
      const counts = await changed("flush ruleset", () => pause(700));
      figure(`and without the table that is left then: ${leaked(counts)} frames`);
      expect(leaked(counts)).toBeGreaterThan(120);
      const start = Date.now();
      await guard.process.signal("SIGCONT");
      await guard.inForce("up", start);
      const again = await changed("list ruleset", () => pause(200));
      expect(leaked(again)).toBe(0);
      const { stdout, status } = await ksp(lab, "status");
      expect(stdout).toMatch(/our rules were changed by others [34] times/);
      expect(status).toBe(0);
    });
  });

  test.each([
    ["before the kernel closes", "switch/down", "kill -9 $PPID"],
    ["and the kernel never closes", "switch/down", "kill -9 $PPID; exit 1"],
    ["while it opens", "switch/up", "kill -9 $PPID"],
  ])(
    "killed in the midst of a move, %s, it leaks nothing, and the next one adopts what is there",
    async (_, file, deed) => {
      const folder = await compiled(policy());
      await withLab(async (lab) => {
        const vpn = await lab.wireguard(homeWireguard);
        await vpn.start();
        const capture = await lab.capture(vpn);
        // From the second switch of the kind on: one down belongs to the start, one up opens before.
        const script = `#!/bin/sh
case "$*" in *${file}*) echo >>/run/switches; [ "$(wc -l </run/switches)" -ge 2 ] && { ${deed}; } ;; esac
exec ${isNft ? "/usr/sbin/nft" : "/bin/sh"} "$@"
`;
        const path = `/run/bin/${isNft ? "nft" : "sh"}`;
        await lab.client.run(["sh", "-c", `mkdir /run/bin; cat >${path}; chmod +x ${path}`], { input: script });
        await load(lab, folder, "ruleset");
        const guard = await startGuard(lab, folder, { path: "/run/bin" });
        await guard.inForce("up", 0);
        const flood = await lab.flood(vpn);
        await pause(200);
        if (file === "switch/up") {
          await vpn.process().kill("SIGKILL");
          await guard.inForce("down", 0);
          await vpn.start();
        } else {
          await lab.client.run(["sh", "-c", "echo >>/run/switches"]);
          await vpn.process().kill("SIGKILL");
        }
        expect((await guard.process.ended).status).toBe(null);
        await vpn.process().kill("SIGKILL");
        await pause(300);
        expect(await isShut(lab)).toBe(true);

        const next = await startGuard(lab, folder);
        expect(next.state()).toBe("down");
        expect(
          next.log().some(({ text }) => `${text}`.startsWith("adopted")),
          next.process.said(),
        ).toBe(true);
        await vpn.start();
        await next.inForce("up", 0);
        const { datagrams } = await flood.stop();
        const counts = await capture.stop();
        expect(datagrams).toBeGreaterThan(500);
        expect(counts.endpoint).toBeGreaterThan(50);
        expect(leaked(counts), JSON.stringify(counts)).toBe(0);
        expect(await lab.ping(internet.ipv4)).toBe(true);
      });
    },
  );

  test("is one alone, of an unchanged bundle, closes at its end, and adopts nothing that was changed", async () => {
    await guarded(policy(), async ({ lab, guard, folder }) => {
      const before = await rules(lab);
      const second = await ksp(lab, "run", "--backend", usual.name, folder);
      expect(second).toMatchObject({ status: 2, stderr: expect.stringContaining("another daemon runs already") });
      await chmod(folder, 0o755);
      const other = await lab.client.exec([process.execPath, cli, "run", folder], { uid: 65_534 });
      expect(other).toMatchObject({ status: 2, stderr: expect.stringContaining("only root can switch the rules") });
      expect(await lab.ping(internet.ipv4)).toBe(true);
      expect((await guard.process.kill("SIGTERM")).status).toBe(0);
      expect(await isShut(lab)).toBe(true);
      expect(await ksp(lab, "status")).toMatchObject({ status: 2, stderr: expect.stringContaining("KSP5052") });

      // The lock went with its holder.
      await lab.client.run(opening);
      const next = await startGuard(lab, folder);
      expect(next.log().some(({ text }) => `${text}`.startsWith("adopted"))).toBe(false);
      await next.inForce("up", 0);
      expect(await rules(lab)).toBe(before);
      await next.process.kill("SIGTERM");

      await writeFile(join(folder, usual.folder, file), "add rule inet ksp out accept\n");
      const changed = await ksp(lab, "run", "--backend", usual.name, folder);
      expect(changed).toMatchObject({ status: 2, stderr: expect.stringContaining(`${file} was changed after`) });
    });
  });

  test("disables for a while, and it closes again when the daemon is dead", async () => {
    await guarded(policy('\ncontrol {\n  group "nogroup"\n  disable for 1h\n}\n'), async ({ lab, guard, folder }) => {
      const isClosed = async (): Promise<boolean> => (await stateInForce(lab, folder)) === "down";
      expect(await ksp(lab, "disable", "--for", "2h")).toMatchObject({
        status: 1,
        stderr: expect.stringContaining("3600 s"),
      });
      expect((await ksp(lab, "disable", "--for", "2s")).status).toBe(0);
      await lab.client.ip("link set wg0 down");
      expect(await lab.ping(internet.ipv4), "disabled").toBe(true);
      await guard.process.kill("SIGKILL");
      expect(await lab.ping(internet.ipv4), "the daemon is dead").toBe(true);
      await eventually("it to be closed", isClosed, 5_000);
      expect(await isShut(lab)).toBe(true);

      // A daemon that starts meanwhile keeps to the word, and to its end.
      const next = await startGuard(lab, folder);
      expect((await ksp(lab, "disable", "--for", "6s")).status).toBe(0);
      await next.process.kill("SIGKILL");
      const start = Date.now();
      const third = await startGuard(lab, folder);
      expect(third.state()).toBe("disabled");
      expect((await ksp(lab, "status")).stdout).toContain("DISABLED");
      await third.inForce("down", start, 20_000);

      expect((await ksp(lab, "disable")).status).toBe(0);
      expect(await lab.ping(internet.ipv4)).toBe(true);
      const member = await lab.client.spawn(["python3", "-c", holding], { uid: 65_534 });
      await member.until("held");
      expect(
        await lab.client.exec([process.execPath, cli, "enable"], { uid: 65_534 }),
        "the group's socket",
      ).toMatchObject({ status: 2, stderr: expect.stringContaining("others of the group hold all its connections") });
      expect((await ksp(lab, "enable")).status, "root's").toBe(0);
      expect(await isClosed()).toBe(true);
    });
  });

  test("never disables where the policy says so, pauses an app, and runs the policy's program until the tunnel is back", async () => {
    const more = `
reconnect wg0 {
  run "sh" "-c" "echo tried >> /run/tried"
  backoff 100ms to 400ms
}

control {
  disable never
}

app browser {
  linux user 61234
  traffic tunnel
  on loss pause
}
`;
    await guarded(policy(more), async ({ lab, vpn, guard }) => {
      await lab.client.spawn(["sleep", "60"], { uid: 61_234 });
      const states = async (): Promise<string> => (await lab.client.run(["ps", "-o", "state=", "-u", "61234"])).trim();
      expect(await states()).toBe("S");
      expect(await ksp(lab, "disable")).toMatchObject({ status: 1, stderr: expect.stringContaining("disable never") });
      const start = Date.now();
      await vpn.process().kill("SIGKILL");
      const tries = async (): Promise<number> =>
        (await lab.client.exec(["cat", "/run/tried"])).stdout.split("\n").filter(Boolean).length;
      await eventually("three tries", async () => (await tries()) >= 3);
      await eventually("the app to be paused", async () => (await states()) === "T");
      await vpn.start();
      await guard.inForce("up", start);
      await eventually("the app to go on", async () => (await states()) === "S");
      const after = await tries();
      await pause(900);
      expect(await tries()).toBe(after);
      const { stdout } = await ksp(lab, "hits", "--format", "json");
      const { hits } = JSON.parse(stdout);
      expect(hits).toContainEqual(
        expect.objectContaining({ statement: expect.stringContaining("watch-wg0"), passed: true }),
      );
    });
  });
});
