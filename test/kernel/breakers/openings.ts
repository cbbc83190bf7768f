import { gateway } from "../../lab/line.ts";
import type { Breaker } from "./breaker.ts";
import { home, oursOf, usual, usualBut } from "./rules.ts";
import { byCard, isToInternet, times, toGateway } from "./tries.ts";

/** Addresses that count as LAN in IPv6. */
const local = { client: "fd51::2", gateway: "fd51::1" } as const;
/**
 * A first fragment that ends before the transport. Kernels let it pass as it is and keep back all that belongs to it, so
 * nobody can put it together (RFC 8200, 4.5).
 */
const isHeadless = "ip6[6] = 44 and ip6[40] = 60 and ip6[42:2] & 0xfff8 = 0";
const name = { by: "eth0", from: local.client, to: local.gateway, udp: [40_000, 53], times } as const;

/** What a kill switch leaves open lets more through than was meant. */
export const openings: readonly Breaker[] = [
  {
    name: "names are asked of the LAN's resolver, which asks the provider's",
    source: "Mullvad 2018.5, 2020.2, 2026.4",
    without: usual,
    ksp: home,
    frames: `dst host ${gateway.ipv4} and port 53`,
    attack: ({ lab }) => lab.send("client", { ...toGateway, udp: [40_000, 53] }, { ...toGateway, tcp: [40_000, 53] }),
  },
  {
    name: "the same by DNS over TLS or QUIC",
    source: "no client of thirteen has a rule for port 853",
    without: usualBut(
      "without port 53",
      "ct state established,related accept",
      "meta l4proto { tcp, udp } th dport 53 drop",
    ),
    ksp: home,
    frames: `dst host ${gateway.ipv4} and port 853`,
    attack: ({ lab }) => lab.send("client", { ...toGateway, tcp: [40_000, 853] }, { ...toGateway, udp: [40_000, 853] }),
  },
  {
    name: "the same in fragments, and behind extension headers",
    source: "RFC 7112; Mullvad 2024.6",
    without: usualBut(
      "without port 53 in the first header",
      "ct state established,related accept",
      "ip6 nexthdr udp udp dport 53 drop\n\t\tip6 daddr fc00::/7 accept",
    ),
    ksp: home,
    frames: `dst host ${local.gateway} and not icmp6 and not (${isHeadless})`,
    attack: async ({ lab }) => {
      await lab.client.ip(`address add ${local.client}/64 dev eth0 nodad`);
      await lab.router.ip(`address add ${local.gateway}/64 dev lan nodad`);
      const ways = ["behind options", "fragments", "fragments behind options"] as const;
      await lab.send("client", ...ways.map((as) => ({ ...name, as })));
    },
  },
  {
    name: "anything is sent to the internet from and to the ports of DHCP",
    source: "measured on a client's rules",
    without: usual,
    ksp: home,
    frames: isToInternet,
    attack: ({ lab }) => lab.send("client", { ...byCard, udp: [68, 67] }),
  },
  {
    name: "an application uses the loopback port of the VPN's helper (obfuscation, SOCKS)",
    source: "a relay that anybody on the machine may use",
    without: usualBut("the helper's user may leave", "udp dport { 67, 547 } accept", "meta skuid 993 accept"),
    ksp: oursOf("obfs-helper"),
    isBare: true,
    frames: "dst host 198.51.100.9 and tcp port 443",
    attack: async ({ lab }) => {
      const relay = `process.setgid(993); process.setuid(993); const { connect } = require("node:net");
const relayed = () => connect(443, "198.51.100.9").on("error", () => {});
require("node:dgram").createSocket("udp4").on("message", relayed).bind(51821, "127.0.0.1", () => console.log("listening"));`;
      await (await lab.client.spawn([process.execPath, "-e", relay])).until("listening");
      await lab.send("client", { by: "lo", from: "127.0.0.1", to: "127.0.0.1", udp: [40_000, 51_821], times });
    },
  },
];
