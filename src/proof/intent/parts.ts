import type { PacketSet } from "../packets/packet-set.ts";
import { endpoints, helperLegs, probes, toHelpers } from "./carriers.ts";
import { denied, deniedOnLoopback, elsewhere, forbidden, spoofed } from "./closings.ts";
import { exemptions } from "./exemptions.ts";
import { groupMembership, infrastructure } from "./infrastructure.ts";
import { resolvers, tellsNames } from "./names.ts";
import { loopback } from "./places.ts";
import type { Said } from "./said.ts";
import { errors, forwarded, tunnelled } from "./traffic.ts";
import type { View } from "./view.ts";

/** What each kind of statement says in one state, each computed once and only when asked for. */
export class Parts {
  readonly said: Said;
  readonly view: View;
  readonly #known = new Map<Part, PacketSet>();

  constructor(said: Said, view: View) {
    this.said = said;
    this.view = view;
  }

  get(part: Part): PacketSet {
    const known = this.#known.get(part);
    if (known) return known;
    const made = kinds[part](this.said, this.view);
    const { policy } = this.said;
    const isOpen = policy.ipv6 === "tunnel" || !underIpv6Policy.has(part);
    const set = isOpen ? made : made.intersect(this.view.space.family("ipv4"));
    this.#known.set(part, set);
    return set;
  }

  union(...parts: readonly Part[]): PacketSet {
    return this.view.space.none.union(...parts.map((part) => this.get(part)));
  }
}

const kinds = {
  onLoopback: (_, view) =>
    view.single("out", { outInterface: loopback }).union(view.single("in", { inInterface: loopback })),
  helperLegs,
  toHelpers,
  infrastructure,
  groupMembership,
  endpoints,
  probes,
  resolvers,
  tunnelled,
  forwarded,
  errors,
  exemptions,
  spoofed,
  denied,
  deniedOnLoopback,
  forbidden,
  elsewhere,
  tellsNames: (_, view) => tellsNames(view),
} as const satisfies Readonly<Record<string, (said: Said, view: View) => PacketSet>>;
export type Part = keyof typeof kinds;

/** `ipv6 block` leaves IPv6 to links and servers, and closes these. */
const underIpv6Policy: ReadonlySet<Part> = new Set(["probes", "resolvers", "tunnelled", "forwarded", "exemptions"]);
