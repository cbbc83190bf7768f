import { type Interface, type Packet, reverse } from "../../../src/ir/packet.ts";
import type { Device, Dns, Identity, Link, PacketPattern, Path, Policy, Tunnel } from "../../../src/ir/policy.ts";
import { holds, isOpen, isProved, isReachable, type State } from "../../../src/ir/states.ts";
import type { Family } from "../../../src/net/address.ts";
import type { AddressSet } from "../../../src/net/address-set.ts";
import { constant } from "../../../src/net/parse-net.ts";
import { containsPort } from "../../../src/net/port-set.ts";
import { protocolNumber, type Transport } from "../../../src/net/protocol.ts";

/**
 * What a policy says of one packet, claim by claim, straight from its statements; the order of the claims means nothing.
 * It shares no code with the planner: only the values of the field, and which hops a state proves.
 */
export class Intent {
  readonly #policy: Policy;
  readonly #state: State;
  readonly #boot: boolean;

  constructor(policy: Policy, state: State) {
    this.#policy = policy;
    this.#state = state;
    this.#boot = state.mode === "lockdown";
  }

  passes(packet: Packet): boolean {
    if (this.#opens(packet, true)) return true;
    return packet.connection === "established-reply" && this.#opens(reverse(packet), false);
  }

  /** `owned`: who sent it is known. Of the packet that a reply answers it is not, and only statements about flows count there. */
  #opens(p: Packet, owned: boolean): boolean {
    if (p.family === "arp") return owned && this.isNeighbourSearch(p);
    const at = this.placeOf(p);
    if (at.kind === "loopback") return owned && p.direction !== "forward" && !this.#isDenied(p, owned);
    if (owned && this.isInfrastructure(p)) return true;
    if (this.isEndpoint(p, owned) || this.isProbe(p, owned)) return true;
    if (this.isSpoofed(p) || this.#isDenied(p, owned) || (owned && this.#isForbiddenApp(p))) return false;
    if (this.isResolver(p, owned) || (owned && this.isDiscovery(p))) return true;
    if (isName(p) && p.direction !== "in") return false;
    if (owned && this.isError(p)) return true;
    if (this.isTunnelled(p)) return true;
    return !this.isNamedElsewhere(p) && this.isExempt(p, owned);
  }

  // ---- places ------------------------------------------------------------------------------------------------------

  placeOf({ direction, inInterface, outInterface }: Packet): Place {
    const device = direction === "in" ? inInterface : outInterface;
    if (!device) throw new Error("a packet crosses an interface");
    if (device.kind === "loopback") return { kind: "loopback" };
    const tunnel = this.#policy.tunnels.find(
      (t) =>
        isOneOf(t.devices.linux, device) && (this.#boot || (kinds[t.protocol]?.includes(device.kind ?? "") ?? true)),
    );
    if (tunnel) return { kind: "tunnel", tunnel };
    const link = this.#policy.links.find((l) => isOneOf(l.devices.linux, device));
    return link ? { kind: "link", link } : { kind: "other" };
  }

  isOutside(at: Place): boolean {
    return this.#policy.links.some((l) => l.role === "outside")
      ? at.kind === "link" && at.link.role === "outside"
      : at.kind === "other";
  }

  /** Where machines are that this one talks to without a tunnel. */
  #isNearby = (at: Place): boolean => this.isOutside(at) || (at.kind === "link" && at.link.role === "inside");

  #isOn(path: Path, p: Packet): boolean {
    const at = this.placeOf(p);
    switch (path.kind) {
      case "any":
        return true;
      case "outside":
        return this.isOutside(at);
      case "tunnel":
        return at.kind === "tunnel" && at.tunnel.name === path.tunnel;
      case "link":
        return at.kind === "link" && at.link.name === path.link;
    }
  }

  // ---- what opens --------------------------------------------------------------------------------------------------

  isNeighbourSearch(p: Packet): boolean {
    const hidden = this.#policy.tunnels.flatMap((t) => [...staticAddresses(t)]);
    if (p.family !== "arp" || p.direction === "forward") return false;
    return !isIn(hidden, { ...p, family: "ipv4" }, p.direction === "out" ? p.source : p.destination);
  }

  isInfrastructure(p: Packet): boolean {
    const { direction, payload, hopLimit } = p;
    const at = this.placeOf(p);
    const out = direction === "out";
    if (direction === "forward") return false;
    if (this.#isNearby(at) && p.family === "ipv6" && payload.protocol === 58) {
      const type = payload.icmpType ?? 0;
      const routed = this.#usesIpv6();
      if (hopLimit === 255 && (type === 135 || type === 136)) return true;
      const discovers = routed && hopLimit === 255 && this.isOutside(at);
      if (type === 133) return discovers && out;
      if (type === 134) return discovers && !out && isIn(linkLocal, p, p.source);
      if (hopLimit === 1 && [131, 132, 143].includes(type)) return out && isIn(linkGroups, p, p.destination);
      if (hopLimit === 1 && type === 130) return !out && isIn(linkLocal, p, p.source);
    }
    const said = (kind: "dhcp" | "discovery") =>
      this.#allows().some(({ opening }) => opening.kind === kind && this.#isOn(opening.path, p));
    const udp = (from: number, to: number) =>
      payload.protocol === 17 && payload.sourcePort === from && payload.destinationPort === to;
    if (p.family === "ipv4" && said("dhcp")) {
      if (out && udp(68, 67) && isIn(everyone, p, p.destination)) return true;
      const toUs = this.#boot
        ? isIn(everyone, p, p.destination)
        : p.destinationLocality === "local" || p.destinationLocality === "broadcast";
      if (!out && udp(67, 68) && toUs) return true;
    }
    if (p.family === "ipv6" && said("dhcp")) {
      if (out && udp(546, 547) && isIn(linkLocal, p, p.source) && isIn(dhcpServers, p, p.destination)) return true;
      if (!out && udp(547, 546) && isIn(linkLocal, p, p.source) && isIn(linkLocal, p, p.destination)) return true;
    }
    if (payload.protocol === 2 && hopLimit === 1 && said("discovery"))
      return isIn(out ? igmpReports : igmpQueries, p, p.destination);
    return false;
  }

  isEndpoint(p: Packet, owned: boolean): boolean {
    const { tunnels, chains } = this.#policy;
    return (
      p.direction === "out" &&
      tunnels.some((tunnel) => {
        if (!isReachable(this.#policy, this.#state, tunnel.name)) return false;
        const hops = chains.find((c) => c.hops.includes(tunnel.name))?.hops ?? [];
        const before = tunnels.find((t) => t.name === hops[hops.indexOf(tunnel.name) - 1]);
        const isOnWay = before ? this.#isFromTunnel(p, before) : this.isOutside(this.placeOf(p));
        const isCarried = !owned || (tunnel.carrier.linux ?? []).some((all) => all.every((i) => isOwner(i, p)));
        const isServer = tunnel.servers.some((s) => isIn(s.addresses, p, p.destination) && isTransport(s.transport, p));
        return isOnWay && isServer && isCarried;
      })
    );
  }

  isProbe(p: Packet, owned: boolean): boolean {
    const { protocol, icmpType } = p.payload;
    const isEcho = p.family === "ipv4" ? protocol === 1 && icmpType === 8 : protocol === 58 && icmpType === 128;
    return (
      p.direction === "out" &&
      isEcho &&
      (!owned || p.owner.mark === 0x6b700000) &&
      this.#policy.watches.some((watch) => {
        const tunnel = this.#policy.tunnels.find((t) => t.name === watch.tunnel);
        return (
          tunnel !== undefined &&
          isReachable(this.#policy, this.#state, watch.tunnel) &&
          this.#isFromTunnel(p, tunnel) &&
          this.#isFamilyOpen(p) &&
          watch.probes.some((probe) => probe.kind === "heartbeat" && isIn(probe.targets, p, p.destination))
        );
      })
    );
  }

  #isFromTunnel(p: Packet, tunnel: Tunnel): boolean {
    if (!this.#isOn({ kind: "tunnel", tunnel: tunnel.name }, p)) return false;
    if (tunnel.address.kind === "static") return isIn(tunnel.address.addresses, p, p.source);
    return this.#boot || p.sourceLocality === "local";
  }

  isResolver(p: Packet, owned: boolean): boolean {
    const { protocol, destinationPort } = p.payload;
    const isAsked =
      (protocol === 6 && (destinationPort === 53 || destinationPort === 853)) ||
      (protocol === 17 && destinationPort === 53);
    const isReached = (dns: Dns) =>
      this.#isOn(dns.path, p) && (dns.path.kind !== "tunnel" || isOpen(this.#policy, this.#state, dns.path.tunnel));
    return (
      p.direction === "out" &&
      isAsked &&
      this.#isFamilyOpen(p) &&
      this.#policy.dns.some(
        (dns) => isIn(dns.resolvers, p, p.destination) && isReached(dns) && this.#isWho(dns, p, owned),
      )
    );
  }

  /** mDNS asks, SSDP asks, and both are answered by single neighbours. */
  isDiscovery(p: Packet): boolean {
    const { protocol, sourcePort, destinationPort } = p.payload;
    const here = this.#allows().some(({ opening }) => opening.kind === "discovery" && this.#isOn(opening.path, p));
    if (!here || protocol !== 17 || !this.#isFamilyOpen(p)) return false;
    if (p.direction === "out" && destinationPort === 5353) return isIn(mdnsGroups, p, p.destination);
    if (this.isNamedElsewhere(p)) return false;
    if (p.direction === "out") return destinationPort === 1900 && isIn(ssdpGroups, p, p.destination);
    return (
      p.direction === "in" &&
      (sourcePort === 1900 || sourcePort === 5353) &&
      (destinationPort ?? 0) >= 1024 &&
      isIn(privateRanges, p, p.source)
    );
  }

  isTunnelled(p: Packet): boolean {
    const at = this.placeOf(p);
    if (p.direction !== "out" || at.kind !== "tunnel") return false;
    const { tunnel } = at;
    const hasFamily = tunnel.address.kind === "assigned" || tunnel.address.addresses.some((r) => r.family === p.family);
    const isCarried =
      tunnel.carries.everything ||
      isIn(tunnel.carries.prefixes ?? [], p, p.destination) ||
      isIn(this.namesOf(tunnel), p, p.destination);
    return (
      isOpen(this.#policy, this.#state, tunnel.name) &&
      hasFamily &&
      isCarried &&
      this.#isFamilyOpen(p) &&
      !this.isNamedElsewhere(p)
    );
  }

  isExempt(p: Packet, owned: boolean): boolean {
    return (
      this.#isFamilyOpen(p) &&
      this.#allows().some(({ opening }) => {
        if (opening.kind === "lan")
          return p.direction === "out" && this.#isOn(opening.path, p) && isIn(privateRanges, p, p.destination);
        if (opening.kind !== "packets") return false;
        const { pattern } = opening;
        const isUp = pattern.path.kind !== "tunnel" || isOpen(this.#policy, this.#state, pattern.path.tunnel);
        return isUp && this.isPattern(pattern, p, owned);
      })
    );
  }

  isError(p: Packet): boolean {
    const { protocol, icmpType } = p.payload;
    const isOne =
      p.connection === "related" &&
      (p.family === "ipv4"
        ? protocol === 1 && [3, 11, 12].includes(icmpType ?? -1)
        : this.#usesIpv6() && protocol === 58 && [1, 2, 3, 4].includes(icmpType ?? -1));
    if (!isOne) return false;
    const at = this.placeOf(p);
    if (p.direction === "in" && at.kind === "tunnel") return isProved(this.#policy, this.#state, at.tunnel.name);
    if (this.#boot || this.isNamedElsewhere(p)) return false;
    if (p.direction === "in") return this.#isNearby(at);
    return (
      p.direction === "out" &&
      this.#policy.blocked.forward === "reject" &&
      at.kind === "link" &&
      at.link.role === "inside"
    );
  }

  // ---- what closes -------------------------------------------------------------------------------------------------

  /** An address on an interface that is not its own, as far as the state can tell. */
  isSpoofed(p: Packet): boolean {
    const at = this.placeOf(p);
    const own = p.direction === "out" ? p.source : p.destination;
    const locality = p.direction === "out" ? p.sourceLocality : p.destinationLocality;
    if (p.direction === "forward") return false;
    if (isToLoopback(p)) return true;
    if (at.kind === "tunnel") {
      if (at.tunnel.address.kind === "static") return !isIn(at.tunnel.address.addresses, p, own);
      return !this.#boot && locality !== "local";
    }
    if (!this.#isNearby(at)) return false;
    if (this.#boot) return this.#policy.tunnels.some((t) => isIn(staticAddresses(t), p, own));
    return p.direction === "out" ? locality !== "local" : locality === "elsewhere";
  }

  #isDenied(p: Packet, owned: boolean): boolean {
    const onLoopback = this.placeOf(p).kind === "loopback";
    return this.#policy.denies.some((deny) => {
      const { pattern } = deny;
      if (!holds(deny.while, this.#state, this.#policy)) return false;
      if (!owned && (pattern.owner || pattern.app !== undefined)) return false;
      const isSaid = (p.direction === "in" ? pattern.source : pattern.destination) !== undefined;
      if (onLoopback && !(isSaid && isToLoopback(p))) return false;
      return this.isPattern(pattern, p, owned);
    });
  }

  #isForbiddenApp(p: Packet): boolean {
    const at = this.placeOf(p);
    const forbidden = { tunnel: at.kind !== "tunnel", outside: at.kind === "tunnel", none: true };
    return (
      p.direction === "out" &&
      this.#policy.apps.some((app) => app.identity.linux && isOwner(app.identity.linux, p) && forbidden[app.traffic])
    );
  }

  /** What a tunnel names, anywhere but in that tunnel. */
  isNamedElsewhere(p: Packet): boolean {
    const at = this.placeOf(p);
    const isNamedBy = (tunnel: Tunnel, value: bigint) => isIn(this.namesOf(tunnel), p, value);
    const { tunnels } = this.#policy;
    if (at.kind === "tunnel") {
      if (p.direction !== "out" || isNamedBy(at.tunnel, p.destination)) return false;
      return tunnels.some((t) => isNamedBy(t, p.destination));
    }
    if (p.direction === "in") return tunnels.some((t) => isNamedBy(t, p.source));
    return tunnels.some(
      (t) => isNamedBy(t, p.destination) || t.servers.some((s) => isIn(s.addresses, p, p.destination)),
    );
  }

  namesOf(tunnel: Tunnel): AddressSet {
    return [
      ...(tunnel.carries.prefixes ?? []),
      ...staticAddresses(tunnel),
      ...this.#policy.dns.flatMap((d) =>
        d.path.kind === "tunnel" && d.path.tunnel === tunnel.name ? d.resolvers : [],
      ),
      ...this.#policy.watches
        .filter((w) => w.tunnel === tunnel.name)
        .flatMap((w) => w.probes.flatMap((probe) => (probe.kind === "heartbeat" ? probe.targets : []))),
    ];
  }

  // ---- parts -------------------------------------------------------------------------------------------------------

  /** Openings that name an app wait for the daemon. */
  #allows(): Policy["allows"] {
    return this.#policy.allows.filter(
      ({ opening, while: condition }) =>
        holds(condition, this.#state, this.#policy) &&
        !(this.#boot && opening.kind === "packets" && opening.pattern.app !== undefined),
    );
  }

  #usesIpv6(): boolean {
    const { ipv6, tunnels } = this.#policy;
    return (
      ipv6 === "tunnel" || tunnels.some((t) => t.servers.some((s) => s.addresses.some((r) => r.family === "ipv6")))
    );
  }

  #isFamilyOpen = (p: Packet): boolean => p.family === "ipv4" || this.#policy.ipv6 === "tunnel";

  isPattern(pattern: PacketPattern, p: Packet, owned: boolean): boolean {
    return (
      pattern.direction === p.direction &&
      this.#isOn(pattern.path, p) &&
      (!pattern.source || isIn(pattern.source, p, p.source)) &&
      (!pattern.destination || isIn(pattern.destination, p, p.destination)) &&
      (!pattern.transport || isTransport(pattern.transport, p)) &&
      this.#isWho(pattern, p, owned)
    );
  }

  #isWho({ owner, app }: Pick<PacketPattern, "owner" | "app">, p: Packet, owned: boolean): boolean {
    if (!owned) return true;
    const identity = owner ?? this.#policy.apps.find((a) => a.name === app)?.identity.linux;
    return identity === undefined || isOwner(identity, p);
  }
}

export type Place =
  | { readonly kind: "loopback" | "other" }
  | { readonly kind: "tunnel"; readonly tunnel: Tunnel }
  | { readonly kind: "link"; readonly link: Link };

const kinds: Readonly<Partial<Record<Tunnel["protocol"], readonly string[]>>> = {
  wireguard: ["wireguard", "tun"],
  openvpn: ["tun", "ovpn", "ovpn-dco"],
  ipsec: ["xfrm", "vti", "vti6"],
};

export const privateRanges = constant(
  ..."10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 fc00::/7 fe80::/10".split(" "),
);
const loopbackAddresses = constant("127.0.0.0/8", "::1");
const linkLocal = constant("fe80::/10");
const linkGroups = constant("ff02::/16");
const everyone = constant("255.255.255.255");
const dhcpServers = constant("ff02::1:2");
const igmpQueries = constant("224.0.0.1");
const igmpReports = constant("224.0.0.2", "224.0.0.22", "224.0.0.251", "239.255.255.250");
const mdnsGroups = constant("224.0.0.251", "ff02::fb");
const ssdpGroups = constant("239.255.255.250", "ff02::c");

/** Ranges of the field: their edges are worth a try under every policy. */
export const fieldRanges: AddressSet = [...privateRanges, ...loopbackAddresses, ...linkGroups];

/** The far end is an address of loopback. */
export const isToLoopback = (p: Packet): boolean =>
  isIn(loopbackAddresses, p, p.direction === "in" ? p.source : p.destination);

/** Ports that tell a name to somebody. */
export const isName = ({ payload: { protocol, destinationPort } }: Packet): boolean =>
  (protocol === 6 || protocol === 17) && [53, 137, 853, 5353, 5355].includes(destinationPort ?? -1);

const staticAddresses = ({ address }: Tunnel): AddressSet => (address.kind === "static" ? address.addresses : []);

export const isIn = (set: AddressSet, { family }: Pick<Packet, "family">, value: bigint): boolean =>
  set.some((r) => r.family === family && r.first <= value && value <= r.last);

const isOneOf = (devices: readonly Device[] | undefined, { name }: Interface): boolean =>
  (devices ?? []).some((d) =>
    d.kind === "named" ? d.name === name : d.kind === "prefix" && name.startsWith(d.prefix),
  );

const familyOf: Readonly<Partial<Record<Transport["kind"], Family>>> = { icmp: "ipv4", icmpv6: "ipv6" };

function isTransport(transport: Transport, { payload, family }: Packet): boolean {
  if (protocolNumber(transport) !== payload.protocol || (familyOf[transport.kind] ?? family) !== family) return false;
  switch (transport.kind) {
    case "tcp":
    case "udp":
      return (
        (!transport.sourcePorts || containsPort(transport.sourcePorts, payload.sourcePort ?? -1)) &&
        (!transport.destinationPorts || containsPort(transport.destinationPorts, payload.destinationPort ?? -1))
      );
    case "icmp":
    case "icmpv6":
      return transport.types?.includes(payload.icmpType ?? -1) ?? true;
    case "protocol":
      return true;
  }
}

function isOwner(identity: Identity, { owner }: Packet): boolean {
  if (identity.kind === "mark") return ((owner.mark ^ identity.value) & identity.mask) === 0;
  return (identity.kind === "user" || identity.kind === "group") && owner[identity.kind] === identity.id;
}
