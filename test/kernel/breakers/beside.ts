import { home as athome, gateway, host, inside, internet } from "../../lab/line.ts";
import type { Breaker } from "./breaker.ts";
import { egressHook, home, oursOf, type Rules, usual, usualBut } from "./rules.ts";
import { byCard, byCard6, isToInternet, pings, times } from "./tries.ts";

/** A file that does not load leaves what was there before: nothing. */
const triedToLoad = (rules: Rules): Rules => ({ ...rules, load: (at) => rules.load(at).catch(() => {}) });

/** On the wire each is a datagram; what its sender told the kernel of it is a thing apart. */
const asArp = `import socket, struct
ends = socket.inet_aton("${host.ipv4}") + socket.inet_aton("${internet.ipv4}")
datagram = bytes.fromhex("4500001c0001000040110000") + ends + struct.pack("!4H", 40000, 4242, 8, 0)
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
for _ in range(${times}):
    try:
        wire.sendto(b"\\xff" * 6 + bytes(5) + b"\\2\\x08\\0" + datagram, ("${host.interface}", 0x0806))
    except OSError:
        pass`;

const fromHome = [
  { by: athome.interface, from: athome.ipv4, to: internet.ipv4, times },
  { by: athome.interface, from: athome.ipv6, to: internet.ipv6, times },
] as const;

/** What else is on the machine. */
export const beside: readonly Breaker[] = [
  {
    name: "a container sends, and its engine's rules accept what is forwarded",
    source: "Docker, libvirt; ivpn/desktop-app#217",
    without: usual,
    ksp: oursOf("docker-k8s"),
    tunnel: { mark: 0x1b73 },
    frames: `icmp and dst host ${internet.ipv4}`,
    attack: async ({ lab, loseTunnel }) => {
      await lab.forwarding();
      await lab.client.nft(`table ip docker {
        chain forward {
          type filter hook forward priority filter; policy accept;
          iifname "${inside.interface}" oifname != "${inside.interface}" accept
        }
        chain postrouting {
          type nat hook postrouting priority srcnat; policy accept;
          ip saddr 192.168.50.0/24 oifname != "${inside.interface}" masquerade
        }
      }`);
      await loseTunnel();
      await pings(lab, internet.ipv4, "home");
    },
  },
  {
    name: "a gateway's tunnel is lost, and a machine behind it goes on sending",
    source: "measured: rules for `output` alone never stop what is forwarded",
    without: usual,
    ksp: oursOf("gateway"),
    frames: isToInternet,
    attack: async ({ lab, loseTunnel }) => {
      await lab.forwarding();
      await loseTunnel();
      await lab.send("home", ...fromHome);
    },
  },
  {
    name: "the rules name a user that the machine does not know, at boot",
    source: "one unknown name, and nft and iptables refuse the whole file",
    without: triedToLoad(usualBut("for a user by name", "udp dport 51820 accept", 'meta skuid "no-such-user" accept')),
    ksp: { ...oursOf("openvpn-eight-servers"), isBooting: true },
    isBare: true,
    frames: isToInternet,
    attack: ({ lab }) => lab.send("client", byCard, byCard6),
  },
  {
    name: "a program with CAP_NET_RAW writes frames to the card (AF_PACKET)",
    source: "docs/proof.md, assumption 4",
    without: usual,
    ksp: home,
    gap: egressHook,
    frames: isToInternet,
    attack: ({ lab }) => lab.send("client", { ...byCard, as: "frame" }, { ...byCard6, as: "frame" }),
  },
  {
    name: "the same, and tells the kernel that they are ARP",
    source: "measured: an egress hook that accepts `meta protocol arp` lets them pass",
    without: usual,
    ksp: home,
    gap: egressHook,
    frames: isToInternet,
    attack: ({ lab }) => lab.client.run(["python3", "-c", asArp]),
  },
  {
    name: "a container has a macvlan of the card",
    source: "docs/proof.md, assumption 4",
    without: usual,
    ksp: home,
    gap: egressHook,
    frames: isToInternet,
    attack: async ({ lab }) => {
      await lab.client.ip(`link add macvlan0 link ${host.interface} type macvlan mode bridge
link set macvlan0 netns home`);
      await lab.home.ip(`address add 192.168.1.77/24 dev macvlan0
link set macvlan0 up
route replace default via ${gateway.ipv4} dev macvlan0`);
      await pings(lab, internet.ipv4, "home");
    },
  },
];
