import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { leaked } from "../../lab/classify.ts";
import { withLab } from "../../lab/lab.ts";
import { internet, servers } from "../../lab/line.ts";
import { eightServers } from "../../lab/openvpn.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { figure } from "./figures.ts";
import { compiled, startGuard } from "./guard.ts";
import { watchedOpenvpn } from "./openvpn-policy.ts";
import { type Case, lose, losePlainly, loseUnguarded } from "./trial.ts";

describe.skipIf(mayBeSkipped())("a lost OpenVPN tunnel", { timeout: 60_000 }, () => {
  test("closes, leaks nothing and opens again; without rules it leaks", async () => {
    const folder = await compiled(watchedOpenvpn());
    await withLab(async (lab) => {
      const vpn = await lab.openvpn(eightServers);
      const cases: readonly (Case & { readonly least: number })[] = [
        { name: "SIGKILL", lose: () => vpn.process().kill("SIGKILL"), undo: vpn.start, least: 500 },
        {
          name: "the servers are unreachable, and nobody says so",
          lose: () => lab.router.ip("route replace blackhole 198.51.100.0/24"),
          undo: () => lab.router.ip("route replace 198.51.100.0/24 via 100.64.1.2"),
          least: 50,
        },
        {
          name: "SIGSTOP",
          lose: () => vpn.process().signal("SIGSTOP"),
          undo: () => vpn.process().signal("SIGCONT"),
          least: 50,
        },
      ];
      await vpn.start();
      for (const each of cases) {
        const counts = await loseUnguarded(lab, vpn, each);
        figure(`OpenVPN, ${each.name}: ${leaked(counts)} without rules`);
        expect(leaked(counts), each.name).toBeGreaterThan(each.least);
      }
      // An assigned address is not told to neighbours: the kernel must be asked to keep quiet, and to forget it at the end.
      const keys = ["net.ipv4.conf.all.arp_announce", "net.ipv4.conf.all.arp_ignore"];
      const settings = async (): Promise<string> =>
        (await lab.client.run(["sysctl", "-n", ...keys])).split("\n").join(" ").trim();
      const before = await settings();
      const guard = await startGuard(lab, folder);
      await guard.inForce("up", 0);
      expect([before, await settings()]).toEqual(["0 0", "2 1"]);
      for (const each of cases) {
        const { counts, datagrams, closed, restored } = await lose({ lab, vpn, guard }, each);
        figure(`OpenVPN, ${each.name}: closed ${closed} ms, restored ${restored} ms, ${datagrams} datagrams`);
        expect(datagrams, each.name).toBeGreaterThan(300);
        expect(counts.endpoint, each.name).toBeGreaterThan(50);
        expect(leaked(counts), `${each.name}: ${JSON.stringify(counts)}`).toBe(0);
        expect(await lab.ping(internet.ipv4), each.name).toBe(true);
      }
      await guard.process.kill("SIGTERM");
      expect(await settings()).toBe(before);
    });
  });

  test("goes on to the next server by itself, and nothing leaks; it leaks without rules, and with one that comes late", async () => {
    const folder = await compiled(watchedOpenvpn());
    await withLab(async (lab) => {
      const vpn = await lab.openvpn(eightServers);
      await vpn.start();
      const remote = (): string =>
        [
          ...vpn
            .process()
            .said()
            .matchAll(/link remote: \[AF_INET\]([\d.]+)/g),
        ].at(-1)?.[1] ?? "";
      const connections = (): number => vpn.process().said().split("Initialization Sequence Completed").length - 1;
      const ends = {
        name: "the server ends the connection",
        lose: () => lab.server.run(["ss", "--kill", "state", "established", "sport", "=", ":443"]),
      };
      const unreachable = {
        name: "this server is unreachable, and nobody says so",
        lose: () => lab.router.ip(`route add blackhole ${remote()}`),
      };

      for (const control of [loseUnguarded, losePlainly]) {
        const before = connections();
        const back = () => eventually("it to be connected again", () => connections() > before, 20_000);
        const counts = await control(lab, vpn, { ...ends, undo: back });
        figure(`OpenVPN, ${ends.name}: ${leaked(counts)} with ${control.name}`);
        expect(leaked(counts), control.name).toBeGreaterThan(300);
      }

      const guard = await startGuard(lab, folder);
      await guard.inForce("up", 0);
      for (const each of [ends, unreachable]) {
        const before = remote();
        const { counts, datagrams, closed, restored } = await lose(
          { lab, vpn, guard },
          { ...each, undo: () => pause(0) },
        );
        figure(
          `OpenVPN, ${each.name}: closed ${closed} ms, on ${remote()} after ${restored} ms, ${datagrams} datagrams`,
        );
        expect(servers).toContain(remote());
        if (each === unreachable) expect(remote(), each.name).not.toBe(before);
        expect(datagrams, each.name).toBeGreaterThan(300);
        expect(counts.endpoint, each.name).toBeGreaterThan(50);
        expect(leaked(counts), `${each.name}: ${JSON.stringify(counts)}`).toBe(0);
        expect(await lab.ping(internet.ipv4), each.name).toBe(true);
      }
    });
  });
});
