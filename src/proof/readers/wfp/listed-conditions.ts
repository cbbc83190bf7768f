import type { Addresses } from "../../address-classes.ts";
import { localityAlphabet } from "../../dimensions.ts";
import type { PacketSpace } from "../../packet-space.ts";
import type { PacketSet } from "../../packets/packet-set.ts";
import { type MachineNames, ownerIn } from "./listed-names.ts";
import { addressesOf, numbersOf } from "./listed-values.ts";
import type { ListedCondition, ListedFilter } from "./listing.ts";

/** The packets that surely match, and those that may. */
export interface Bounds {
  readonly least: PacketSet;
  readonly most: PacketSet;
}

/** Of all packets, and of ordinary ones: those of programs in no container, on a network that is up. */
export interface Matched {
  readonly any: Bounds;
  readonly ordinary: Bounds;
  /** Words that are not understood. */
  readonly unclear: readonly string[];
}

/** Where a filter of a listing stands: what its layer is asked about. */
export interface ListedPlace {
  readonly family: "ipv4" | "ipv6";
  readonly way: "out" | "in" | "forward";
}

/** Turns conditions into packet sets, as far as they are understood. */
export class ListedConditions {
  readonly #space: PacketSpace;
  readonly #names: MachineNames;

  constructor(space: PacketSpace, names: MachineNames) {
    this.#space = space;
    this.#names = names;
  }

  /** Conditions on different fields hold all, those on one field any (Microsoft, `FWPM_FILTER0`). */
  matched({ conditions }: ListedFilter, place: ListedPlace): Matched {
    const groups = [...Map.groupBy(conditions, ({ field }) => field).values()];
    return groups.map((group) => this.#any(group, place)).reduce(both, this.#exactly(this.#space.all));
  }

  #any(group: readonly ListedCondition[], place: ListedPlace): Matched {
    const each = group.map((condition) => this.#one(condition, place));
    const isPlain = group.length === 1 || group.every(({ match }) => match !== "NOT_EQUAL");
    const sum = (of: (one: Matched) => Bounds): Bounds => {
      const [first, ...more] = each.map(of);
      if (!first) throw new Error("a group has a condition");
      return {
        // Nobody says whether two that are not equal hold both or either.
        least: isPlain
          ? first.least.union(...more.map(({ least }) => least))
          : more.reduce((a, { least }) => a.intersect(least), first.least),
        most: first.most.union(...more.map(({ most }) => most)),
      };
    };
    return {
      any: sum(({ any }) => any),
      ordinary: sum(({ ordinary }) => ordinary),
      unclear: each.flatMap(({ unclear }) => unclear),
    };
  }

  #one(condition: ListedCondition, place: ListedPlace): Matched {
    const { field, match, value } = condition;
    if (varying.has(field)) return this.#sometimes();
    const known = this.#field(condition, place);
    if (known) return known;
    const words = value.kind === "text" ? value.text : value.kind === "unknown" ? value.type : value.kind;
    return { ...this.#sometimes(), unclear: [`${field} ${match} ${words}`.trim()] };
  }

  /** Undefined: not understood. */
  #field(condition: ListedCondition, { family, way }: ListedPlace): Matched | undefined {
    const space = this.#space;
    const [local, remote] = way === "in" ? (["destination", "source"] as const) : (["source", "destination"] as const);
    const { field, match, value } = condition;
    const text = value.kind === "text" ? value.text : "";
    const addresses = (end: "source" | "destination") =>
      this.#exactly(
        fitting(addressesOf(condition, family), (set: Addresses) => space.addresses(end, family, set, space.all)),
      );
    switch (field) {
      case "IP_REMOTE_ADDRESS":
        return addresses(remote);
      case "IP_LOCAL_ADDRESS":
        return addresses(local);
      case "IP_SOURCE_ADDRESS":
        return addresses("source");
      case "IP_DESTINATION_ADDRESS":
        return addresses("destination");
      case "IP_PROTOCOL":
        return this.#exactly(fitting(numbersOf(condition, 255n), (ranges) => space.where("protocol", ranges)));
      case "IP_LOCAL_PORT":
      case "ICMP_TYPE":
        return this.#port(condition, `${local}Port`, "icmpType");
      case "IP_REMOTE_PORT":
      case "ICMP_CODE":
        return this.#port(condition, `${remote}Port`, "icmpCode");
      case "IP_LOCAL_ADDRESS_TYPE": {
        const name = addressTypes[text];
        return this.#equal(match, name && space.is(`${local}Locality`, localityAlphabet.numberOf(name)));
      }
      case "FLAGS":
        return this.#flags(match, text, way);
      case "IP_LOCAL_INTERFACE":
        return this.#interface(match, text, way);
      case "ALE_APP_ID":
      case "ALE_USER_ID":
        return this.#owner(condition);
      case "ALE_PACKAGE_ID":
        // S-1-0-0 is the package of who is in no container.
        return this.#ordinarily(match === "EQUAL" ? text === "S-1-0-0" : match === "NOT_EQUAL" && text !== "S-1-0-0");
      case "INTERFACE_QUARANTINE_EPOCH":
        return this.#ordinarily(true);
      default:
        return undefined;
    }
  }

  /** One field has ports, or type and code of ICMP. */
  #port(condition: ListedCondition, port: string, icmp: "icmpType" | "icmpCode"): Matched | undefined {
    const space = this.#space;
    const ranges = numbersOf(condition, 0xffffn);
    if (!ranges) return undefined;
    const bytes = ranges.flatMap(({ first, last }) =>
      first > 255n ? [] : [{ first, last: last > 255n ? 255n : last }],
    );
    const isIcmp = space.is("protocol", 1, 58);
    return this.#exactly(space.where(port, ranges).minus(isIcmp).union(space.where(icmp, bytes).intersect(isIcmp)));
  }

  /** Loopback among others is asked for at most: the others are not known. */
  #flags(match: string, text: string, way: ListedPlace["way"]): Matched {
    const space = this.#space;
    const flags = text.split(/[\s|]+/).filter((flag) => flag !== "");
    const isAsked = flags.some(
      (flag) => flag.endsWith("IS_LOOPBACK") || (/^[0-9]+$/.test(flag) && Number(flag) % 2 === 1),
    );
    const isAlone = flags.length === 1 && (flags[0]?.endsWith("IS_LOOPBACK") || flags[0] === "1");
    const isLoopback = space.is(way === "in" ? "inKind" : "outKind", space.names.kinds.numberOf("loopback"));
    const wanted = match === "FLAGS_NONE_SET" ? isLoopback.complement() : isLoopback;
    if (isAlone && /^(EQUAL|FLAGS_(ALL|ANY|NONE)_SET)$/.test(match)) return this.#exactly(wanted);
    return isAsked && /^FLAGS_(ALL|NONE)_SET$/.test(match) ? this.#atMost(wanted) : this.#sometimes();
  }

  /** A number that no document named may be any interface but those. */
  #interface(match: string, luid: string, way: ListedPlace["way"]): Matched | undefined {
    const space = this.#space;
    const side = way === "in" ? "inName" : "outName";
    const named = (name: string): PacketSet =>
      space.is(side, ...space.names.interfaces.of({ kind: "named", name }).map((n) => n + 1));
    const alias = this.#names.interface(luid);
    if (alias !== undefined) return this.#equal(match, named(alias));
    const ours = space.none.union(...[...this.#names.interfaces].map(named));
    if (match === "EQUAL") return this.#atMost(ours.complement());
    if (match !== "NOT_EQUAL") return undefined;
    const bounds = { least: ours, most: space.all };
    return { any: bounds, ordinary: bounds, unclear: [] };
  }

  #owner(condition: ListedCondition): Matched | undefined {
    const { value, match } = condition;
    const owner = ownerIn(condition, this.#names);
    if (owner)
      return this.#equal(
        match,
        this.#space.is(owner.field, this.#space.names.owners[owner.field].numberOf(owner.name)),
      );
    if (value.kind === "text" && this.#names.owner(value.text) === "anybody") return this.#exactly(this.#space.all);
    return value.kind === "text" ? this.#sometimes() : undefined;
  }

  #equal(match: string, set: PacketSet | undefined): Matched | undefined {
    if (match === "EQUAL") return this.#exactly(set);
    return match === "NOT_EQUAL" ? this.#exactly(set?.complement()) : undefined;
  }

  #exactly(set: PacketSet): Matched;
  #exactly(set: PacketSet | undefined): Matched | undefined;
  #exactly(set: PacketSet | undefined): Matched | undefined {
    const bounds = set && { least: set, most: set };
    return bounds && { any: bounds, ordinary: bounds, unclear: [] };
  }

  #atMost(set: PacketSet): Matched {
    const bounds = { least: this.#space.none, most: set };
    return { any: bounds, ordinary: bounds, unclear: [] };
  }

  #sometimes(): Matched {
    return this.#atMost(this.#space.all);
  }

  /** Known of what is ordinary alone. */
  #ordinarily(holds: boolean): Matched {
    const set = holds ? this.#space.all : this.#space.none;
    return { ...this.#sometimes(), ordinary: { least: set, most: set } };
  }
}

const both = (a: Matched, b: Matched): Matched => ({
  any: met(a.any, b.any),
  ordinary: met(a.ordinary, b.ordinary),
  unclear: [...a.unclear, ...b.unclear],
});
const met = (a: Bounds, b: Bounds): Bounds => ({
  least: a.least.intersect(b.least),
  most: a.most.intersect(b.most),
});

const fitting = <T>(values: T | undefined, make: (values: T) => PacketSet): PacketSet | undefined =>
  values === undefined ? undefined : make(values);

/** NL_ADDRESS_TYPE. */
const addressTypes: Readonly<Record<string, "local" | "multicast" | "broadcast">> = {
  1: "local",
  3: "multicast",
  4: "broadcast",
  NlatUnicast: "local",
  NlatMulticast: "multicast",
  NlatBroadcast: "broadcast",
};

/** Hold for some packets and not for others, and no field of a packet says for which: fwpmu.h. */
const varying: ReadonlySet<string> = new Set(
  `ALE_EFFECTIVE_NAME ALE_NAP_CONTEXT ALE_ORIGINAL_APP_ID ALE_PROMISCUOUS_MODE ALE_REAUTH_REASON ALE_REMOTE_MACHINE_ID
  ALE_REMOTE_USER_ID ALE_SECURITY_ATTRIBUTE_FQBN_VALUE ALE_SIO_FIREWALL_SYSTEM_PORT ARRIVAL_INTERFACE_INDEX
  ARRIVAL_INTERFACE_PROFILE_ID ARRIVAL_INTERFACE_TYPE ARRIVAL_TUNNEL_TYPE COMPARTMENT_ID CURRENT_PROFILE_ID
  DESTINATION_INTERFACE_INDEX INTERFACE_INDEX INTERFACE_TYPE IPSEC_SECURITY_REALM_ID IP_ARRIVAL_INTERFACE IP_FORWARD_INTERFACE
  IP_NEXTHOP_INTERFACE IP_PHYSICAL_ARRIVAL_INTERFACE IP_PHYSICAL_NEXTHOP_INTERFACE LOCAL_INTERFACE_PROFILE_ID
  NEXTHOP_INTERFACE_INDEX NEXTHOP_INTERFACE_PROFILE_ID NEXTHOP_INTERFACE_TYPE NEXTHOP_TUNNEL_TYPE ORIGINAL_PROFILE_ID
  REAUTHORIZE_REASON SOURCE_INTERFACE_INDEX SUB_INTERFACE_INDEX TUNNEL_TYPE`.split(/\s+/),
);
