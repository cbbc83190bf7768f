import type { Os, Policy } from "../ir/policy.ts";
import type { Direction, InterfaceSet, Rule, Ruleset } from "../ir/ruleset.ts";
import type { State } from "../ir/states.ts";
import { families } from "../net/address.ts";
import type { AddressSet } from "../net/address-set.ts";
import { accepted } from "./accepted.ts";
import { connections } from "./dimensions.ts";
import { intent } from "./intent/intent.ts";
import { Parts } from "./intent/parts.ts";
import type { Places } from "./intent/places.ts";
import { bearable, type Risk } from "./intent/risks.ts";
import { Said } from "./intent/said.ts";
import { asAnswer, asSent } from "./intent/view.ts";
import type { PacketSpace } from "./packet-space.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { redirected } from "./redirected.ts";
import { wellFormed } from "./well-formed.ts";

/** One state: what passes, as somebody computed it, and what the policy says of it. Claims are about these two. */
export class World {
  readonly policy: Policy;
  readonly state: State;
  readonly ruleset: Ruleset;
  readonly space: PacketSpace;
  readonly said: Said;
  readonly places: Places;
  /** Every packet that may ever pass, whatever the runtime fills in. */
  readonly most: PacketSet;
  /** Every packet that always passes. */
  readonly least: PacketSet;
  /** Packets that our own rewriting sends elsewhere. */
  readonly redirected: PacketSet;
  /** What statements say of a packet for itself, and of one as an answer. */
  readonly sent: Parts;
  readonly answers: Parts;

  constructor(
    policy: Policy,
    os: Os,
    state: State,
    ruleset: Ruleset,
    space: PacketSpace,
    passing: Passing = passingOf(ruleset, space),
  ) {
    this.policy = policy;
    this.state = state;
    this.ruleset = ruleset;
    this.space = space;
    this.said = new Said(policy, os, state);
    this.places = this.said.places;
    this.most = passing.most.intersect(wellFormed(space));
    this.least = passing.least.intersect(wellFormed(space));
    this.redirected = passing.redirected;
    this.sent = new Parts(this.said, asSent(space, "most"));
    this.answers = new Parts(this.said, asAnswer(space, "most"));
  }

  /** The same packets, held against another policy. */
  under(policy: Policy): World {
    if (policy === this.policy) return this;
    return new World(policy, this.said.os, this.state, this.ruleset, this.space, this);
  }

  /** Without the statements that a claim counts as broken by: those that would need its risk accepted, and do not say so. */
  counting(risk: Risk): World {
    return this.under(bearable(this.policy, risk));
  }

  /** What other rules let pass, held against the same policy. */
  ruledBy(rules: readonly Rule[]): World {
    return new World(this.policy, this.said.os, this.state, { ...this.ruleset, rules }, this.space);
  }

  /** What the policy lets pass: the most, as tables may be filled. */
  intent(): PacketSet {
    return intent(this.sent, this.answers).intersect(wellFormed(this.space));
  }

  answer(): PacketSet {
    return this.space.is("connection", connections.numberOf("established-reply"));
  }

  /** Leaves this machine, its own or forwarded. */
  leaving(): PacketSet {
    return this.space.direction("out", "forward");
  }

  /** Packets of IP in a direction that cross these interfaces: where they arrive for `in`, where they leave otherwise. */
  crossing(direction: Direction, where: InterfaceSet): PacketSet {
    const side = direction === "in" ? "in" : "out";
    return this.space
      .interfaces(side, where)
      .intersect(this.space.direction(direction))
      .intersect(this.space.family("ipv4", "ipv6"));
  }

  from = (set: AddressSet): PacketSet => this.#at("source", set);
  to = (set: AddressSet): PacketSet => this.#at("destination", set);

  #at(end: "source" | "destination", set: AddressSet): PacketSet {
    const { space } = this;
    return space.none.union(
      ...families.map((family) => space.address(end, family, set, space.all).intersect(space.family(family))),
    );
  }
}

interface Passing {
  readonly most: PacketSet;
  readonly least: PacketSet;
  readonly redirected: PacketSet;
}

const passingOf = (ruleset: Ruleset, space: PacketSpace): Passing => ({
  most: accepted(ruleset, space, "most"),
  least: accepted(ruleset, space, "least"),
  redirected: redirected(ruleset, space),
});
