import { describe, expect, test } from "vitest";
import { leaked } from "../../lab/classify.ts";
import { type Lab, withLab } from "../../lab/lab.ts";
import { internet } from "../../lab/line.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import type { Vpn } from "../../lab/vpn.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { figure } from "./figures.ts";
import { compiled, startGuard } from "./guard.ts";
import { homeTunnel } from "./home-tunnel.ts";
import { type Case, lose, losePlainly, loseUnguarded } from "./trial.ts";

const policy = `ksp 1
policy guarded

${homeTunnel}
watch wg0 {
  interface
  handshake within 180s
  route 0.0.0.0/0, ::/0
  heartbeat 10.64.0.1 every 200ms lost after 3
}
`;

const table = `${homeWireguard.mark}`;
const eth0 = "via 192.168.1.1 dev eth0";

interface Leaking extends Case {
  /** What leaves in clear without rules, within half a second. */
  readonly least: number;
  /** What leaves with the rule of the guides, within a second. */
  readonly plain?: number;
}

/** Ways to lose a WireGuard tunnel. */
const casesOf = ({ client, router }: Lab, vpn: Vpn): readonly Leaking[] => [
  {
    name: "the VPN gets SIGKILL",
    lose: () => vpn.process().kill("SIGKILL"),
    undo: vpn.start,
    least: 500,
  },
  {
    name: "the interface is deleted",
    lose: () => client.ip("link del wg0"),
    undo: vpn.start,
    least: 500,
  },
  {
    name: "somebody ends it",
    lose: () => vpn.process().kill("SIGTERM"),
    undo: vpn.start,
    least: 500,
    plain: 300,
  },
  {
    name: "the interface goes down",
    lose: () => client.ip("link set wg0 down"),
    undo: () =>
      client.ip(`link set wg0 up\nroute add default dev wg0 table ${table}\nroute add ::/0 dev wg0 table ${table}`),
    least: 500,
  },
  {
    name: "the server is unreachable, and nobody says so",
    lose: () => router.ip("route replace blackhole 198.51.100.7"),
    undo: () => router.ip("route del blackhole 198.51.100.7"),
    least: 50, // names asked of the LAN's gateway
  },
  {
    name: "the link loses its carrier",
    lose: () => router.ip("link set lan0 down"),
    undo: () => router.ip("link set lan0 up"),
    least: 10, // before it is lost
  },
  {
    name: "the VPN gets SIGSTOP",
    lose: () => vpn.process().signal("SIGSTOP"),
    undo: () => vpn.process().signal("SIGCONT"),
    least: 50,
  },
  {
    name: "its route is replaced",
    lose: () => client.ip(`route replace default ${eth0} table ${table}`),
    undo: () => client.ip(`route replace default dev wg0 table ${table}`),
    least: 300,
    plain: 300, // the interface is there
  },
  {
    name: "half the internet gets a more specific route",
    lose: () => client.ip(`route add 128.0.0.0/1 ${eth0}`),
    undo: () => client.ip(`route del 128.0.0.0/1 ${eth0}`),
    least: 300,
  },
];

describe.skipIf(mayBeSkipped())("a lost WireGuard tunnel", { timeout: 90_000 }, () => {
  test("closes, leaks nothing, and opens again, however it is lost", async () => {
    const folder = await compiled(policy);
    await withLab(async (lab) => {
      const vpn = await lab.wireguard(homeWireguard);
      const guard = await startGuard(lab, folder);
      await vpn.start();
      await guard.inForce("up", 0);
      expect(await lab.ping(internet.ipv4)).toBe(true);
      for (const each of casesOf(lab, vpn)) {
        const { counts, datagrams, closed, restored } = await lose({ lab, vpn, guard }, each);
        figure(`${each.name}: closed ${closed} ms, restored ${restored} ms, ${datagrams} datagrams`);
        expect(datagrams, each.name).toBeGreaterThan(300);
        expect(counts.endpoint, each.name).toBeGreaterThan(50);
        expect(leaked(counts), `${each.name}: ${JSON.stringify(counts)}`).toBe(0);
        expect(await lab.ping(internet.ipv4), each.name).toBe(true);
      }
    });
  });

  test("leaks without rules in every one of these cases, and with a rule that comes when it is lost", async () => {
    await withLab(async (lab) => {
      const vpn = await lab.wireguard(homeWireguard);
      await vpn.start();
      await lab.probe(vpn);
      for (const each of casesOf(lab, vpn)) {
        const counts = await loseUnguarded(lab, vpn, each);
        figure(`${each.name}: ${leaked(counts)} without rules`);
        expect(leaked(counts), `${each.name}: ${JSON.stringify(counts)}`).toBeGreaterThan(each.least);
        if (each.plain === undefined) continue;
        const plain = leaked(await losePlainly(lab, vpn, each));
        figure(`${each.name}: ${plain} with the rule of the guides`);
        expect(plain, each.name).toBeGreaterThan(each.plain);
      }
    });
  });
});
