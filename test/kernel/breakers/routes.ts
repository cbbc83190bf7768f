import { setTimeout as pause } from "node:timers/promises";
import { gateway, host, internet } from "../../lab/line.ts";
import type { Breaker, Scene } from "./breaker.ts";
import { home, homeAnd, noRules, usual, usualBut } from "./rules.ts";
import { byCard, intoTunnel, isToInternet } from "./tries.ts";

const foreign = (priority: number, source: string): Breaker => ({
  name: `another tool re-marks packets, and so re-routes them: \`type route\` in output at ${priority}`,
  source,
  without: usual,
  ksp: home,
  frames: isToInternet,
  attack: async ({ lab }) => {
    await lab.client.run(["ip", "rule", "add", "pref", "50", "fwmark", "0x99", "table", "main"]);
    await lab.client.nft(`table ip foreign {
      chain output {
        type route hook output priority ${priority}; policy accept;
        ip daddr ${internet.ipv4} meta mark set 0x99
      }
    }`);
    await lab.send("client", intoTunnel);
  },
});

/** Lasting connections go through the tunnel; then something happens to it. */
const established = (name: string, source: string, happens: (scene: Scene) => Promise<unknown>): Breaker => ({
  name,
  source,
  without: usual,
  ksp: home,
  frames: "src host 10.64.0.2 or src host fd64::2",
  attack: async (scene) => {
    const flood = await scene.lab.flood(undefined, 5);
    await pause(600);
    await happens(scene);
    await pause(600);
    const { live } = await flood.stop();
    if (live === 0) throw new Error("no connection was there");
  },
});

/** A packet goes another way than the one by which rules judged it. */
export const routes: readonly Breaker[] = [
  foreign(-150, "`iptables -t mangle -A OUTPUT -j MARK` is this"),
  foreign(-1, "the same, right before filters"),
  foreign(100, "the same, behind filters"),
  {
    name: "another tool sends names meant for the tunnel to the LAN: dnat in output",
    source: "container engines, local resolvers",
    without: usual,
    ksp: home,
    frames: "port 53",
    attack: async ({ lab }) => {
      await lab.client.nft(`table ip foreign {
        chain output {
          type nat hook output priority -100; policy accept;
          ip daddr 10.64.0.1 udp dport 53 dnat to ${gateway.ipv4}
        }
      }`);
      await lab.send("client", { ...intoTunnel, to: "10.64.0.1", udp: [40_000, 53] });
    },
  },
  established("routes change under established connections", "`ct state established accept` in output", ({ lab }) =>
    lab.client.ip(`route add 192.0.2.0/24 via ${gateway.ipv4} dev ${host.interface}
route add 2001:db8:9::/64 via ${gateway.ipv6} dev ${host.interface}`),
  ),
  established("the tunnel is lost under established connections", "the same", ({ loseTunnel }) => loseTunnel()),
  {
    name: "the tunnel is lost, and a host inside it has an address that counts as LAN",
    source: "`allow lan` of 10.0.0.0/8, a resolver at 10.64.0.1",
    without: usual,
    ksp: home,
    frames: "dst host 10.64.0.1",
    attack: async ({ lab, loseTunnel }) => {
      await loseTunnel();
      await lab.send("client", { ...byCard, to: "10.64.0.1" });
    },
  },
  {
    name: "the card gets the name of the lost tunnel",
    source: "measured",
    without: usual,
    ksp: home,
    frames: isToInternet,
    attack: async ({ lab, loseTunnel }) => {
      await loseTunnel();
      await lab.client.ip(`link set ${host.interface} name wg0`);
      await lab.send("client", { ...byCard, by: "wg0" });
    },
  },
  {
    name: "an application's own connection from the port of a service counts as the service's answer",
    source: "answers allowed as the reverse of who may ask",
    without: usualBut(
      "answers of a service by its port",
      "ct state established,related accept",
      "udp sport 5022 ct state established accept",
    ),
    ksp: homeAnd("allow in udp 5022"),
    frames: isToInternet,
    attack: ({ lab }) => lab.send("client", { ...byCard, udp: [5022, 4242], connection: "established-original" }),
  },
  {
    name: "an application asks for the card by its name (SO_BINDTODEVICE)",
    source: "kill switches made of routes alone",
    without: noRules,
    ksp: home,
    frames: isToInternet,
    attack: ({ lab }) => lab.send("client", byCard),
  },
];
