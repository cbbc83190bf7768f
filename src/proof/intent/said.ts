import type { Forward, Identity, Name, Os, PacketPattern, Path, Policy, Tunnel } from "../../ir/policy.ts";
import type { InterfaceSet, Match } from "../../ir/ruleset.ts";
import type { State } from "../../ir/states.ts";
import { type Family, families } from "../../net/address.ts";
import { type AddressSet, addressSet, ofFamily, subtract, union } from "../../net/address-set.ts";
import { Hops } from "./hops.ts";
import { Places } from "./places.ts";

/** A policy in one state on one system, and what its statements say about each other. */
export class Said {
  readonly policy: Policy;
  readonly os: Os;
  readonly isBoot: boolean;
  readonly isPortal: boolean;
  readonly hops: Hops;
  readonly places: Places;
  /** Those that hold, with every tunnel that they name open. At boot none is. */
  readonly forwards: readonly Forward[];

  constructor(policy: Policy, os: Os, state: State) {
    this.policy = policy;
    this.os = os;
    this.isBoot = state.mode === "lockdown";
    this.isPortal = state.mode === "portal";
    this.hops = new Hops(policy, state);
    this.places = new Places(policy, os, this.isBoot);
    this.forwards = policy.forwards.filter(
      ({ while: condition, from, to }) =>
        !this.isBoot &&
        this.hops.holds(condition) &&
        [from, to].every((side) => side.kind !== "tunnel" || this.hops.isOpen(side.tunnel)),
    );
  }

  /** Prefixes that a tunnel carries by name, its addresses, resolvers and probe targets: they leave by it and nowhere else. */
  named({ name, carries, address }: Tunnel): AddressSet {
    const resolvers = this.policy.dns
      .filter(({ path }) => path.kind === "tunnel" && path.tunnel === name)
      .flatMap((dns) => dns.resolvers);
    return union(
      carries.prefixes ?? [],
      address.kind === "static" ? address.addresses : [],
      addressSet([...resolvers, ...this.targets(name)]),
    );
  }

  /** Of whom nothing is forwarded from there: the answers would leave where those addresses must not be seen. */
  strangersFrom(from: Path): AddressSet {
    const { tunnels } = this.policy;
    const own = tunnels.find(({ name }) => from.kind === "tunnel" && name === from.tunnel);
    return own ? this.namedByOthers(own) : union(...tunnels.map((tunnel) => this.named(tunnel)));
  }

  /** What is another tunnel's business. */
  namedByOthers(tunnel: Tunnel): AddressSet {
    const others = this.policy.tunnels.filter(({ name }) => name !== tunnel.name);
    return subtract(union(...others.map((other) => this.named(other))), this.named(tunnel));
  }

  /** Undefined: everything. */
  carried = (tunnel: Tunnel): AddressSet | undefined => (tunnel.carries.everything ? undefined : this.named(tunnel));

  targets(tunnel: Name): AddressSet {
    const probes = this.policy.watches.filter((watch) => watch.tunnel === tunnel).flatMap((watch) => watch.probes);
    return addressSet(probes.flatMap((probe) => (probe.kind === "heartbeat" ? probe.targets : [])));
  }

  /** Where neighbours may be asked for names and services. */
  discovery(): readonly InterfaceSet[] {
    return this.policy.allows.flatMap(({ opening, while: condition }) =>
      opening.kind === "discovery" && this.hops.holds(condition) ? [this.places.on(opening.path)] : [],
    );
  }

  /** Addresses of tunnels that are written down: nothing outside the tunnels shows them. */
  hidden(): AddressSet {
    const written = this.policy.tunnels.flatMap(({ address }) =>
      address.kind === "static" ? [address.addresses] : [],
    );
    return union(...written);
  }

  /** Servers of tunnels and of the helpers that carry them. */
  serverAddresses(): AddressSet {
    const { tunnels, helpers } = this.policy;
    return union(...[...tunnels, ...helpers].flatMap(({ servers }) => servers.map(({ addresses }) => addresses)));
  }

  /** The tunnel's own address, as far as it is known. */
  ownSource({ address }: Tunnel): Pick<Match, "source" | "sourceLocality"> {
    if (address.kind === "static") return { source: { set: address.addresses } };
    return this.isBoot ? {} : { sourceLocality: ["local"] };
  }

  familiesOf = ({ address }: Tunnel): readonly Family[] =>
    address.kind === "assigned" ? families : families.filter((f) => ofFamily(address.addresses, f).length > 0);

  /** Whether IPv6 has anything to do outside the tunnels. */
  usesIpv6(): boolean {
    return this.policy.ipv6 === "tunnel" || ofFamily(this.serverAddresses(), "ipv6").length > 0;
  }

  owner({ owner, app }: Pick<PacketPattern, "owner" | "app">): Pick<Match, "owner"> {
    const identity = owner ?? (app === undefined ? undefined : this.#identity(app));
    return identity ? { owner: [[identity]] } : {};
  }

  /** A pattern without its path. */
  pattern(pattern: PacketPattern): Match {
    const { source, destination, transport } = pattern;
    return {
      ...(source && { source: { set: source } }),
      ...(destination && { destination: { set: destination } }),
      ...(transport && { transport }),
      ...this.owner(pattern),
    };
  }

  #identity(app: Name): Identity {
    const identity = this.policy.apps.find(({ name }) => name === app)?.identity[this.os];
    if (!identity) throw new Error(`app ${app} has no identity on ${this.os}`);
    return identity;
  }
}
