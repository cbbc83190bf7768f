import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Bundle } from "../../../src/ir/bundle.ts";
import { leaked } from "../../lab/classify.ts";
import { type Lab, withLab } from "../../lab/lab.ts";
import { internet } from "../../lab/line.ts";
import { eightServers } from "../../lab/openvpn.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import type { Vpn } from "../../lab/vpn.ts";
import { figure } from "./figures.ts";
import { compiled, type Guard, ksp, startGuard } from "./guard.ts";
import { watchedOpenvpn } from "./openvpn-policy.ts";
import { type Case, lose } from "./trial.ts";

const socket = "/run/openvpn/home.sock";
const policy = watchedOpenvpn(`  management "${socket}"\n`);

/** The same bundle without the probe. */
function deafened(folder: string): string {
  const copy = mkdtempSync(join(tmpdir(), "ksp-deaf-"));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  cpSync(folder, copy, { recursive: true });
  const path = join(copy, "bundle.json");
  const { runtime, ...bundle }: Bundle = JSON.parse(readFileSync(path, "utf8"));
  const watches = runtime.watches.map(({ probes, ...watch }) => ({
    ...watch,
    probes: probes.filter(({ kind }) => kind !== "management"),
  }));
  writeFileSync(path, JSON.stringify({ ...bundle, runtime: { ...runtime, watches } }));
  return copy;
}

/** With these options interface and routes outlive a restart: nobody but OpenVPN and the heartbeat tells of it. */
const options = {
  ...eightServers,
  more: ["--management", socket, "unix", "--management-client-user", "root", "--persist-tun", "--persist-key"],
};

const byItself = async (): Promise<void> => {};
const restart = (vpn: Vpn): Case => ({ name: "SIGUSR1", lose: () => vpn.process().signal("SIGUSR1"), undo: byItself });
/** What is told first of the loss; of a death the interface may tell before. */
const casesOf = ({ server }: Lab, vpn: Vpn): readonly (Case & { readonly event: string; readonly says: string })[] => [
  { ...restart(vpn), event: "lost", says: "vpn: management: the OpenVPN client says: RECONNECTING (SIGUSR1)" },
  {
    name: "a reset connection",
    lose: () => server.run(["ss", "-K", "sport", "=", ":443"]),
    undo: byItself,
    event: "lost",
    says: "vpn: management: the OpenVPN client says: RECONNECTING (connection-reset)",
  },
  {
    name: "SIGKILL",
    lose: () => vpn.process().kill("SIGKILL"),
    undo: vpn.start,
    event: "probe",
    says: "the OpenVPN client has closed its management channel",
  },
];

/** Why the chain was lost, or a probe is bad, after this moment. */
const reasons = ({ log }: Guard, since: number, kind: string): readonly unknown[] =>
  log()
    .filter(({ event, time }) => event === kind && Date.parse(time) >= since)
    .map(({ cause, why }) => cause ?? why);

describe.skipIf(mayBeSkipped())("what OpenVPN says of itself", { timeout: 60_000 }, () => {
  test("closes at once and leaks nothing, and opens again by itself; the heartbeat alone closes later", async () => {
    const folder = await compiled(policy);
    await withLab(async (lab) => {
      await lab.client.run(["mkdir", "/run/openvpn"]);
      const vpn = await lab.openvpn(options);
      const guard = await startGuard(lab, folder);
      const missing = `management BAD there is no ${socket}: OpenVPN does not run`;
      const status = async (): Promise<string> => (await ksp(lab, "status")).stdout.replaceAll(/ +/g, " ");
      await eventually("the socket to be missed", async () => (await status()).includes(missing));
      await vpn.start();
      await guard.inForce("up", 0);
      expect(await lab.ping(internet.ipv4)).toBe(true);
      for (const each of casesOf(lab, vpn)) {
        const start = Date.now();
        const outcome = await lose({ lab, vpn, guard }, each);
        figure(`OpenVPN's word, ${each.name}: closed ${outcome.closed} ms, restored ${outcome.restored} ms`);
        expect(reasons(guard, start, each.event), each.name).toContain(each.says);
        expect(outcome.datagrams, each.name).toBeGreaterThan(300);
        expect(leaked(outcome.counts), `${each.name}: ${JSON.stringify(outcome.counts)}`).toBe(0);
      }
      await guard.process.kill("SIGTERM");

      const deaf = await startGuard(lab, deafened(folder));
      await deaf.inForce("up", 0);
      const start = Date.now();
      const { closed } = await lose({ lab, vpn, guard: deaf }, restart(vpn));
      figure(`the heartbeat's silence, SIGUSR1: closed ${closed} ms`);
      expect(reasons(deaf, start, "lost")).toEqual(["vpn: heartbeat 10.8.0.1: no answer for 800 ms"]);
      // The last answer came up to 200 ms before.
      expect(closed).toBeGreaterThan(500);
    });
  });
});
