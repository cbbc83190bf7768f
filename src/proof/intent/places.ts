import type { Link, Name, Os, Path, Policy, Tunnel } from "../../ir/policy.ts";
import type { InterfaceSet, Zone } from "../../ir/ruleset.ts";

/** The interfaces that a policy speaks of. At boot, and on other systems than Linux, a tunnel is known by its name alone. */
export class Places {
  readonly #policy: Policy;
  readonly #os: Os;
  readonly #isBoot: boolean;

  constructor(policy: Policy, os: Os, isBoot: boolean) {
    this.#policy = policy;
    this.#os = os;
    this.#isBoot = isBoot;
  }

  tunnel(name: Name): InterfaceSet {
    return among(this.#policy.tunnels.filter((tunnel) => tunnel.name === name).map(this.#tunnelZone));
  }

  /** Every interface but loopback and this tunnel's. */
  besides(name: Name): InterfaceSet {
    return besides(this.#policy.tunnels.filter((tunnel) => tunnel.name === name).map(this.#tunnelZone));
  }

  tunnels(): InterfaceSet {
    return among(this.#policy.tunnels.map(this.#tunnelZone));
  }

  noTunnel(): InterfaceSet {
    return besides(this.#policy.tunnels.map(this.#tunnelZone));
  }

  link(name: Name): InterfaceSet {
    return among(this.#linkZones((link) => link.name === name));
  }

  inside(): InterfaceSet {
    return among(this.#linkZones(({ role }) => role === "inside"));
  }

  /** Links that lead to the internet; where none is declared, all interfaces that nothing else is said of. */
  outside(): InterfaceSet {
    return this.#isOutsideSaid()
      ? among(this.#linkZones(({ role }) => role === "outside"))
      : besides([...this.#policy.tunnels.map(this.#tunnelZone), ...this.#linkZones(({ role }) => role === "inside")]);
  }

  /** Where neighbours are. */
  links(): InterfaceSet {
    return this.#isOutsideSaid() ? among(this.#linkZones(() => true)) : this.noTunnel();
  }

  on(path: Path): InterfaceSet {
    switch (path.kind) {
      case "any":
        return everywhere;
      case "outside":
        return this.outside();
      case "tunnel":
        return this.tunnel(path.tunnel);
      case "link":
        return this.link(path.link);
    }
  }

  #isOutsideSaid = (): boolean => this.#policy.links.some(({ role }) => role === "outside");

  #linkZones = (isMeant: (link: Link) => boolean): readonly Zone[] =>
    this.#policy.links
      .filter(isMeant)
      .map(({ name, devices }) => ({ name, kind: "link", devices: devices[this.#os] ?? [] }));

  #tunnelZone = ({ name, devices, protocol }: Tunnel): Zone => ({
    name,
    kind: "tunnel",
    devices: devices[this.#os] ?? [],
    ...(!this.#isBoot && this.#os === "linux" && { protocol }),
  });
}

const among = (zones: readonly Zone[]): InterfaceSet => ({ kind: "one-of", zones });
const besides = (zones: readonly Zone[]): InterfaceSet => ({ kind: "none-of", zones });
export const everywhere: InterfaceSet = besides([]);
export const loopback: InterfaceSet = { kind: "loopback" };
