import { gateway, host, internet, neighbour, servers } from "../../lab/line.ts";
import type { Breaker } from "./breaker.ts";
import { home, noRules, usual, usualBut } from "./rules.ts";
import { byCard, connections, pings } from "./tries.ts";

const [server = ""] = servers.slice(6);
const toInternet = `icmp and dst host ${internet.ipv4}`;

/** What a hostile LAN does. */
export const network: readonly Breaker[] = [
  {
    name: "TunnelVision: DHCP hands out routes for both halves of the internet (option 121)",
    source: "CVE-2024-3661",
    without: noRules,
    ksp: home,
    frames: toInternet,
    attack: async ({ lab }) => {
      await lab.rogueDhcp("0.0.0.0/1", "128.0.0.0/1");
      if (!(await lab.takeLease())) throw new Error("no lease");
      await pings(lab, internet.ipv4);
    },
  },
  {
    name: "TunnelCrack LocalNet: the LAN has public addresses",
    source: "CVE-2023-36672, CVE-2023-35838",
    without: usualBut("the LAN is what the card has", "ip daddr { 10.0.0.0/8,", "ip daddr { 192.0.2.0/24, 10.0.0.0/8,"),
    ksp: home,
    frames: toInternet,
    attack: async ({ lab }) => {
      await lab.client.ip(`address add 192.0.2.200/24 dev ${host.interface}`);
      await pings(lab, internet.ipv4);
    },
  },
  {
    name: "TunnelCrack ServerIP: somebody's site counts as the VPN's server",
    source: "CVE-2023-36673, CVE-2023-36671",
    without: usualBut("the server open for everything", "udp dport 51820 accept", "accept"),
    ksp: home,
    frames: `dst host ${server} and tcp port 443`,
    attack: async ({ lab }) => {
      await lab.client.ip(`route add ${server} via ${gateway.ipv4} dev ${host.interface}`);
      await lab.send("client", { ...byCard, to: server, tcp: [40_000, 443] });
    },
  },
  {
    name: "an application sends to the VPN's server in clear",
    source: "MUL-02-002",
    without: usual,
    ksp: home,
    frames: `dst host ${server} and src port 40000`,
    attack: ({ lab }) => lab.send("client", { ...byCard, to: server, udp: [40_000, 51_820] }),
  },
  {
    name: "the LAN tries the tunnel's address, and is told whether somebody is there",
    source: "CVE-2019-14899",
    without: usual,
    ksp: home,
    frames: "src host 10.64.0.2 and tcp[tcpflags] & tcp-rst != 0",
    attack: async ({ lab }) => {
      await lab.neighbour.ip(`route add 10.64.0.2 via ${host.ipv4}`);
      await connections(lab, "neighbour", "10.64.0.2", 9);
    },
  },
  {
    name: "the LAN asks by ARP who has the tunnel's address",
    source: "MLLVD-CR-24-03",
    without: usual,
    ksp: home,
    frames: "arp[6:2] = 2 and arp[14:4] = 0x0a400002",
    isBeyondIptables: true,
    attack: async ({ lab }) => {
      await lab.neighbour.ip(`route add 10.64.0.2 dev ${neighbour.interface}`);
      await pings(lab, "10.64.0.2", "neighbour");
    },
  },
  {
    name: "a router advertisement gives IPv6 to a machine whose VPN has none",
    source: "RFC 7359; ivpn/desktop-app#93",
    without: usualBut("for IPv4 alone", "table inet", "table ip"),
    ksp: home,
    frames: `icmp6 and dst host ${internet.ipv6}`,
    attack: async ({ lab }) => {
      await lab.client.run(["ip", "-6", "rule", "del", "pref", "300"]);
      await lab.client.run(["ip", "-6", "route", "del", "default", "dev", host.interface]);
      await lab.client.run(["ip", "address", "flush", "dev", host.interface, "scope", "global", "to", "2000::/3"]);
      await lab.rogueRouter("2001:db8:66::/64");
      await pings(lab, internet.ipv6);
    },
  },
];
