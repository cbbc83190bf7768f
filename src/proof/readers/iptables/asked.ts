import { connections, fragments, localityAlphabet, rewriting } from "../../dimensions.ts";
import type { PacketSpace } from "../../packet-space.ts";
import type { PacketSet } from "../../packets/packet-set.ts";
import { slicesIn } from "./control-groups.ts";
import {
  type AddressSet,
  type Condition,
  type End,
  type Program,
  type Range,
  type Rule,
  type Side,
  type TableName,
  Unreadable,
} from "./program.ts";

/** Where packets are judged, and which of their interfaces are known there. */
export interface Hook {
  readonly table: TableName;
  readonly chain: string;
  readonly sides: readonly Side[];
}

/** What is known of a packet there that is no field of it. */
export interface Place {
  /** Whether the address belongs to this machine, on whichever interface. */
  readonly isOurs: Readonly<Record<End, boolean>>;
  /** Whether what is open for a while still is. */
  readonly isOpen: boolean;
}

/** Turns the questions of rules into packet sets; big ones are made once. */
export class Questions {
  readonly #space: PacketSpace;
  readonly #sets = new WeakMap<Rule, Map<string, PacketSet>>();

  constructor(space: PacketSpace) {
    this.#space = space;
  }

  /** Every packet that all the questions of a rule are true of. */
  all(rule: Rule, program: Program, hook: Hook, place: Place): PacketSet {
    // What sets hold is no matter of the rule.
    if (rule.conditions.some(({ kind }) => kind === "set")) return this.#all(rule, program, hook, place);
    const { isOurs } = place;
    const key = `${program.family} ${hook.table} ${hook.chain} ${isOurs.source} ${isOurs.destination}`;
    const known = this.#sets.get(rule) ?? new Map<string, PacketSet>();
    this.#sets.set(rule, known);
    const made = known.get(key) ?? this.#all(rule, program, hook, place);
    known.set(key, made);
    return made;
  }

  #all(rule: Rule, { family, sets }: Program, hook: Hook, place: Place): PacketSet {
    const { conditions } = rule;
    const one = (condition: Condition) => this.#one(condition, rule, hook, place);
    // From the last dimension up, so that a big list of addresses is made once and never walked again.
    let set = conditions
      .filter(isBelowAddresses)
      .map(one)
      .reduce((a, b) => a.intersect(b), this.#space.all);
    for (const end of ["source", "destination"] as const)
      for (const condition of conditions) {
        if (condition.kind !== "address" && condition.kind !== "set") continue;
        if (condition.end !== end) continue;
        const ranges = condition.kind === "address" ? condition.ranges : heldBy(sets.get(condition.name), place);
        const found = this.#space.addresses(end, family, ranges, condition.isNegated ? this.#space.all : set);
        set = condition.isNegated ? set.minus(found) : found;
      }
    const above = conditions.filter((c) => !isBelowAddresses(c) && c.kind !== "address" && c.kind !== "set").map(one);
    return above.reduce((a, b) => a.intersect(b), this.#space.family(family)).intersect(set);
  }

  #one(condition: Condition, { line }: Rule, { chain, sides }: Hook, { isOurs }: Place): PacketSet {
    const space = this.#space;
    const negated = (set: PacketSet, isNegated: boolean): PacketSet => (isNegated ? set.complement() : set);
    const sees = (side: Side): void => {
      if (!sides.includes(side)) throw new Unreadable(line, `nothing is known of that side in ${chain}`);
    };
    const isLeaving = chain === "OUTPUT" || chain === "POSTROUTING";
    switch (condition.kind) {
      case "name": {
        const { side, name, isPrefix, isNegated } = condition;
        sees(side);
        const classes = space.names.interfaces.of(
          isPrefix ? { kind: "prefix", prefix: name } : { kind: "named", name },
        );
        return negated(space.is(`${side}Name`, ...classes.map((n) => n + 1)), isNegated);
      }
      case "protocol":
        return space.is("protocol", condition.number);
      case "ports":
        return this.#showing().intersect(space.where(`${condition.end}Port`, condition.ranges));
      case "type":
        return this.#showing().intersect(space.is("icmpType", condition.number));
      case "hops":
        return space.is("hopLimit", condition.count);
      case "mark":
        return space.masked("mark", BigInt(condition.value), BigInt(condition.mask));
      case "owner":
        if (!isLeaving) throw new Unreadable(line, "an owner of what arrives");
        return space.is(condition.field, space.names.owners[condition.field].numberOf(condition.id));
      case "control-group":
        if (!isLeaving) throw new Unreadable(line, "a control group of what arrives");
        return space.is("slice", ...slicesIn(condition.path, space.names.owners.slice));
      case "state":
        return space.is("connection", connections.numberOf(condition.state));
      case "rewritten":
        return space.is("rewritten", rewriting.yes);
      case "locality": {
        const { end, side, type, isNegated } = condition;
        if (side === undefined) return negated(isOurs[end] ? space.all : space.none, isNegated);
        sees(side);
        // The kernel refuses a rule that asks for where a packet arrived, once it leaves.
        if (side === "in" && isLeaving) throw new Unreadable(line, `where it arrived is not asked in ${chain}`);
        return negated(space.is(`${end}Locality`, localityAlphabet.numberOf(type)), isNegated);
      }
      case "address":
      case "set":
        throw new Error("addresses are asked first");
    }
  }

  /** Ports and types stand in the first fragment alone. */
  #showing(): PacketSet {
    return this.#space.is("fragment", fragments.later).complement();
  }
}

const nothing: readonly Range[] = [];

function heldBy(set: AddressSet | undefined, { isOpen }: Place): readonly Range[] {
  if (!set) throw new Error("a set that is not there was read");
  return set.seconds && !isOpen ? nothing : set.ranges;
}

const isBelowAddresses = ({ kind }: Condition): boolean =>
  ["protocol", "ports", "type", "hops", "mark", "owner", "control-group"].includes(kind);
