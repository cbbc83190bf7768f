import type { Span } from "../diagnostics/span.ts";
import type { Address } from "../net/address.ts";
import type { AddressSet } from "../net/address-set.ts";

/** What one configuration says about its tunnel. A field that is absent was not said. */
export interface Configuration {
  readonly protocol: "wireguard" | "openvpn";
  readonly file: string;
  /** The interface, or the one that is proposed where the file leaves it open. */
  readonly device: string;
  readonly servers: readonly Endpoint[];
  readonly identity?: Identity;
  /** `assigned`: the server hands it out. */
  readonly addresses?: readonly Address[] | "assigned";
  readonly carries?: AddressSet;
  /** Those of its prefixes that were named beside a default route. */
  readonly named: AddressSet;
  readonly resolvers: readonly Address[];
  /** Where OpenVPN tells its state. */
  readonly channel?: string;
}

export interface Endpoint {
  readonly host: Address | string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly at: Span;
}

/** What the VPN's own packets show. */
export type Identity =
  | { readonly kind: "mark"; readonly value: number; readonly by: "configuration" | "wg-quick" | "proposal" }
  | { readonly kind: "user-name"; readonly name: string; readonly at: Span };

export interface Note {
  readonly kind: "decided" | "to do" | "left out";
  readonly text: string;
  readonly at?: Span;
}
