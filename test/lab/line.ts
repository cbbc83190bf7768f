import { ipIn, sysctlIn } from "./sandbox.ts";

/**
 * The line that every case runs on. All routes are real, so whatever leaves the client in clear arrives somewhere.
 *
 *     home --- br-lan client eth0 ---+--- lan0 router (the LAN's gateway, the ISP, the internet) --- server (VPN, first hop)
 *     192.168.50.10   192.168.1.2    |    192.168.1.1                                         \--- exit   (VPN, second hop)
 *                       neighbour ---+
 *                       192.168.1.66
 */
export const host = { interface: "eth0", ipv4: "192.168.1.2", ipv6: "2001:db8:1::2" } as const;
export const gateway = { interface: "lan0", ipv4: "192.168.1.1", ipv6: "2001:db8:1::1" } as const;
/** A machine of the same LAN, and one behind the client: at home, or a container. */
export const neighbour = { interface: "eth0", ipv4: "192.168.1.66", ipv6: "2001:db8:1::66" } as const;
export const inside = { interface: "br-lan", ipv4: "192.168.50.1", ipv6: "fd50::1" } as const;
export const home = { interface: "eth0", ipv4: "192.168.50.10", ipv6: "fd50::10" } as const;
/** A host of the internet, reachable in clear and through every tunnel. */
export const internet = { ipv4: "192.0.2.10", ipv6: "2001:db8:9::10" } as const;
/** A public resolver, which no policy of the laboratory declares. */
export const resolver = { ipv4: "192.0.2.53", ipv6: "2001:db8:9::53" } as const;
/** The servers of the VPNs: the addresses that the example policies name. */
export const servers = [1, 2, 3, 4, 5, 6, 7, 8].map((last) => `198.51.100.${last}`);
export const exitServer = "203.0.113.9";

export const places = ["client", "home", "neighbour", "router", "server", "exit"] as const;
export type Place = (typeof places)[number];

const each = (addresses: readonly string[], device: string): string =>
  addresses.map((address) => `address add ${address} dev ${device}${address.includes(":") ? " nodad" : ""}\n`).join("");

// Without address detection and offload: addresses work at once, and one captured frame is one packet.
const end = (device: string, ...addresses: readonly string[]): string =>
  `link set ${device} gso_max_segs 1\n${each(addresses, device)}link set ${device} up\nlink set lo up\n`;

const settings = [
  "net.ipv6.conf.all.accept_dad=0",
  "net.ipv6.conf.default.accept_dad=0",
  "net.ipv6.conf.default.router_solicitations=0",
  "net.ipv4.conf.all.rp_filter=0",
  "net.ipv4.conf.default.rp_filter=0",
  "net.ipv4.conf.all.src_valid_mark=1",
  "net.ipv4.ping_group_range=0 2147483647",
] as const;
const forwarding = ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"] as const;

/** Lays the line between the places, as a preparation of their sandbox. */
export const line = [
  ...places.map((place) =>
    sysctlIn(place, [...settings, ...(["router", "server", "exit"].includes(place) ? forwarding : [])]),
  ),
  ipIn(
    "router",
    `link add lan0 type veth peer name eth0 netns client
link add near0 type veth peer name eth0 netns neighbour
link add lan type bridge
link set lan0 master lan
link set near0 master lan
link set near0 up
${end("lan0")}
link add server0 type veth peer name wan0 netns server
link add exit0 type veth peer name wan0 netns exit
${end("lan", `${gateway.ipv4}/24`, `${gateway.ipv6}/64`)}
${end("server0", "100.64.1.1/30", "2001:db8:f1::1/64")}
${end("exit0", "100.64.2.1/30", "2001:db8:f2::1/64")}
${each([internet.ipv4, resolver.ipv4, internet.ipv6, resolver.ipv6], "lo")}`,
  ),
  ipIn(
    "client",
    `link add ${inside.interface} type veth peer name ${home.interface} netns home
${end(inside.interface, `${inside.ipv4}/24`, `${inside.ipv6}/64`)}
${end("eth0", `${host.ipv4}/24`, `${host.ipv6}/64`)}
route add default via ${gateway.ipv4} dev eth0
route add default via ${gateway.ipv6} dev eth0`,
  ),
  ipIn(
    "home",
    `${end(home.interface, `${home.ipv4}/24`, `${home.ipv6}/64`)}
route add default via ${inside.ipv4}
route add default via ${inside.ipv6}`,
  ),
  ipIn(
    "neighbour",
    `${end(neighbour.interface, `${neighbour.ipv4}/24`, `${neighbour.ipv6}/64`)}
route add default via ${gateway.ipv4}
route add default via ${gateway.ipv6}`,
  ),
  ipIn(
    "server",
    `${end("wan0", "100.64.1.2/30", "2001:db8:f1::2/64")}
${each(servers, "lo")}
route add default via 100.64.1.1
route add default via 2001:db8:f1::1`,
  ),
  ipIn(
    "exit",
    `${end("wan0", "100.64.2.2/30", "2001:db8:f2::2/64")}
${each([exitServer], "lo")}
route add default via 100.64.2.1
route add default via 2001:db8:f2::1`,
  ),
  ipIn(
    "router",
    `route add 198.51.100.0/24 via 100.64.1.2
route add 203.0.113.0/24 via 100.64.2.2
route add 10.64.0.0/16 via 100.64.1.2
route add 10.8.0.0/16 via 100.64.1.2
route add fd64::/48 via 2001:db8:f1::2
route add 10.65.0.0/16 via 100.64.2.2
route add fd65::/48 via 2001:db8:f2::2`,
  ),
].join("");
