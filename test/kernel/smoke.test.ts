import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Bundle, outsideChain } from "../lab/bundle.ts";
import { leaked } from "../lab/classify.ts";
import { type Lab, withLab } from "../lab/lab.ts";
import { internet } from "../lab/line.ts";
import { eightServers } from "../lab/openvpn.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { byNft, killUnderFlood, type Trial } from "../lab/trial.ts";
import type { Vpn } from "../lab/vpn.ts";
import { homeWireguard } from "../lab/wireguard.ts";
import { golden } from "./golden.ts";
import { spoilt } from "./spoilt.ts";

const kinds = {
  WireGuard: { policy: "home", open: (lab: Lab): Promise<Vpn> => lab.wireguard(homeWireguard) },
  OpenVPN: { policy: "ovpn", open: (lab: Lab): Promise<Vpn> => lab.openvpn(eightServers) },
} as const;
const names = ["WireGuard", "OpenVPN"] as const;

const tryIt = (name: keyof typeof kinds, bundle?: Bundle): Promise<Trial> =>
  withLab(async (lab) => killUnderFlood(lab, await kinds[name].open(lab), bundle && byNft(lab, bundle)));

/** The ruleset with one more rule, first for all that leaves by no tunnel. */
const withRule = (ruleset: string, rule: string): string =>
  ruleset.replace(`chain ${outsideChain(ruleset)} {\n`, `$&\t\t${rule}\n`);

describe.skipIf(mayBeSkipped())("a killed VPN", { timeout: 60_000 }, () => {
  test.each(names)("%s: nothing leaves in clear, and the tunnel comes back through the rules", async (name) => {
    const trial = await tryIt(name, golden(kinds[name].policy));
    expect(trial.downPing, "an application in `down`").toBe(false);
    expect(trial.firstProbe, "the probe in `down`").toBeGreaterThan(0);
    expect(trial.upPing, "an application in `up`").toBe(true);
    expect(trial.offered.datagrams, "datagrams offered").toBeGreaterThan(1_000);
    expect(trial.offered.live, "lasting connections through the tunnel").toBeGreaterThan(0);
    expect(trial.counts.endpoint, "frames of the tunnel itself").toBeGreaterThan(100);
    expect(leaked(trial.counts), JSON.stringify(trial.counts)).toBe(0);
    expect(trial.back, "the probe after the restart").toBeGreaterThan(0);
    expect(trial.backPing, "an application in `up` again").toBe(true);
  });

  test.each(names)("%s without rules: thousands of frames leave, so the capture sees them", async (name) => {
    const { counts, downPing } = await tryIt(name);
    expect(downPing, "an application's ping into the tunnel").toBe(true);
    expect(leaked(counts)).toBeGreaterThan(1_000);
    for (const kind of [
      "udp4",
      "udp6",
      "tcp4",
      "tcp6",
      "icmp4",
      "icmp6",
      "dns4",
      "dns6",
      "endpoint-foreign",
    ] as const) {
      expect(counts[kind], kind).toBeGreaterThan(10);
    }
  });
});

describe.skipIf(mayBeSkipped())("a spoilt ruleset is found out", { timeout: 60_000 }, () => {
  test("the server is open to everybody", async () => {
    const open = spoilt(golden("home"), (text) => text.replace(/ meta mark & 0x0*ffff == 0x0*6b73/, ""));
    const { counts } = await tryIt("WireGuard", open);
    expect(counts["endpoint-foreign"]).toBeGreaterThan(100);
    expect(leaked(counts)).toBe(counts["endpoint-foreign"]);
  });

  test("everything may leave by other interfaces", async () => {
    const open = spoilt(golden("home"), (text) => withRule(text, "counter accept"));
    const { counts } = await tryIt("WireGuard", open);
    expect(leaked(counts)).toBeGreaterThan(1_000);
  });

  test("the resolver of the LAN is open", async () => {
    const open = spoilt(golden("home"), (text) => withRule(text, "udp dport 53 counter accept"));
    const { counts } = await tryIt("WireGuard", open);
    expect(counts.dns4).toBeGreaterThan(100);
    expect(leaked(counts)).toBe(counts.dns4 + counts.dns6);
  });
});

describe.skipIf(mayBeSkipped())("states", { timeout: 60_000 }, () => {
  test("disable opens everything, and ruleset closes it again", async () => {
    const bundle = golden("home");
    await withLab(async (lab) => {
      await lab.client.nft(bundle.read("ruleset.nft"));
      expect(await lab.ping(internet.ipv4)).toBe(false);
      await lab.client.nft(bundle.read("disable.nft"));
      expect(await lab.ping(internet.ipv4)).toBe(true);
      expect(await lab.ping(internet.ipv6)).toBe(true);
      await lab.client.nft(bundle.read("ruleset.nft"));
      expect(await lab.ping(internet.ipv4)).toBe(false);
      expect(await lab.ping(internet.ipv6)).toBe(false);
    });
  });

  test("two hops: each opens the next, and a lost one closes what is behind it", async () => {
    const bundle = golden("two-hops");
    const [entryMark, exitMark] = [0x1, 0x2];
    await withLab(async (lab) => {
      const state = (name: string): Promise<void> => lab.client.nft(bundle.read(`switch/${name}.nft`));
      const first = { ...homeWireguard, mark: entryMark, addresses: ["10.64.0.2/32"], gateway: ["10.64.0.1/24"] };
      const second = { interface: "wg1", server: "203.0.113.9", port: 51820, mark: exitMark, over: first };
      const entry = await lab.wireguard(first);
      const exit = await lab.wireguard({ ...second, addresses: ["10.65.0.2/32"], gateway: ["10.65.0.1/24"] }, "exit");
      await lab.client.nft(bundle.read("ruleset.nft"));
      await entry.start();
      await exit.start();
      expect(await lab.probe(entry)).toBeGreaterThan(0);
      expect(await lab.probe(exit, 1_000)).toBeUndefined();
      await state("hop1");
      expect(await lab.probe(exit)).toBeGreaterThan(0);
      expect(await lab.ping(internet.ipv4)).toBe(false);
      await state("up");
      expect(await lab.ping(internet.ipv4)).toBe(true);

      const capture = await lab.capture(entry);
      const flood = await lab.flood(exit);
      await pause(500);
      await exit.process().kill("SIGKILL");
      await pause(500);
      await entry.process().kill("SIGKILL");
      await pause(500);
      expect((await flood.stop()).datagrams).toBeGreaterThan(500);
      const counts = await capture.stop();
      expect(counts.endpoint).toBeGreaterThan(100);
      expect(leaked(counts), JSON.stringify(counts)).toBe(0);
    });
  });
});
