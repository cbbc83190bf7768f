import fc from "fast-check";
import { matches } from "../../src/ir/evaluate.ts";
import { type Interface, type Owner, type Packet, type Payload, reverse, utunName } from "../../src/ir/packet.ts";
import type { Plan } from "../../src/ir/plan.ts";
import type { Identity } from "../../src/ir/policy.ts";
import { type AddressMatch, localities, type Match, type Rule, type Zone } from "../../src/ir/ruleset.ts";
import { type Family, families, last } from "../../src/net/address.ts";
import { type AddressSet, complement, ofFamily } from "../../src/net/address-set.ts";
import { constant } from "../../src/net/parse-net.ts";
import type { PortSet } from "../../src/net/port-set.ts";
import type { Transport } from "../../src/net/protocol.ts";

/**
 * Random packets that know a plan's boundaries: what up to four rules of one interface ask for at once, or the reply to
 * that, with up to two fields changed to something that any rule tells apart. They shrink to fewer rules and changes.
 */
export function packetsOf(plan: Plan): fc.Arbitrary<Packet> {
  const rules = distinctRules(plan);
  const pool = new Pool(rules.map(({ match }) => match));
  const index = fc.nat({ max: 0xffff });
  const leftOut = fc.oneof(fc.constant(0), fc.nat({ max: 0x3ff }));
  return fc
    .record({
      place: placesOf(rules, pool.devices),
      asked: fc.array(fc.tuple(index, index, leftOut), { minLength: 1, maxLength: 4, size: "max" }),
      isReply: fc.boolean(),
      rest: fc.tuple(index, index, index),
      changes: fc.array(fc.tuple(fc.constantFrom(...changes), index), { maxLength: 2, size: "max" }),
    })
    .map(({ place, asked, isReply, rest, changes: some }) => {
      const opening = asked.reduce(
        (packet, [rule, pick, without]) => pool.fit(packet, pickFrom(place.rules, rule).match, pick, without),
        pool.start(pickFrom(place.rules, asked[0]?.[0] ?? 0), place.device, rest),
      );
      const base: Packet = isReply ? { ...reverse(opening), connection: "established-reply" } : opening;
      return possible(some.reduce((packet, [change, pick]) => change(packet, pool, pick), base));
    });
}

/** For every packet all those with one field changed to something that a rule, or a slip in its words, could tell apart. */
export function neighboursOf(packets: readonly Packet[], plan: Plan): readonly Packet[] {
  const rules = distinctRules(plan);
  const pool = new Pool(rules.map(({ match }) => match));
  const named = pool.devices.filter(
    (device) => device.name === "eth0" || rules.some((rule) => isNamedBy(rule, device)),
  );
  const ports = unique(pool.payloads.flatMap(({ destinationPort }) => destinationPort ?? []));
  const lengths = { ipv4: pool.lengths("ipv4"), ipv6: pool.lengths("ipv6") };
  return packets.flatMap((packet) => {
    const family = ipOf(packet);
    const addresses = (value: bigint): readonly bigint[] => [
      ...pool.addresses[family],
      ...lengths[family].map((bit) => value ^ (1n << BigInt(bit))),
    ];
    const { payload, source, destination } = packet;
    const changed: readonly Partial<Packet>[] = [
      ...addresses(source).map((value) => ({ source: value })),
      ...addresses(destination).map((value) => ({ destination: value })),
      { source: destination, destination: source },
      { payload: { protocol: 47 } },
      { payload: reverse(packet).payload },
      ...[0, 1, 2, 3].map((pick) => ({ payload: besides(payload, pick) })),
      ...ports.flatMap((port) => [
        { payload: { protocol: 17, sourcePort: payload.sourcePort ?? 40000, destinationPort: port } },
        { payload: { protocol: 6, sourcePort: port, destinationPort: payload.destinationPort ?? 40000 } },
      ]),
      ...localities.flatMap((locality) => [{ sourceLocality: locality }, { destinationLocality: locality }]),
      ...[1, 64, 255].map((hopLimit) => ({ hopLimit })),
      ...(["new", "established-original", "established-reply", "related"] as const).map((connection) => ({
        connection,
      })),
      { owner: { mark: 0, user: 1000 } },
      ...named.map((device) => ({ inInterface: device, outInterface: device })),
    ];
    return changed.map((change) => possible({ ...packet, ...change }));
  });
}

/** Whether a rule of one or a few interfaces speaks of this one. */
function isNamedBy({ direction, match }: Rule, device: Interface): boolean {
  const { inInterface, outInterface } = match;
  const packet = { ...nothing, direction, inInterface: device, outInterface: device };
  return (
    [inInterface, outInterface].some((set) => set !== undefined && set.kind !== "none-of") &&
    matches(only(match, "inInterface", "outInterface"), packet)
  );
}

interface Place {
  readonly device: Interface;
  readonly rules: readonly Rule[];
}

/** An interface with the rules of one direction that are judged by it; those for which a policy opens something come more often. */
function placesOf(rules: readonly Rule[], devices: readonly Interface[]): fc.Arbitrary<Place> {
  const places = (["out", "in", "forward"] as const).flatMap((direction) =>
    devices.map((device) => {
      const packet = { ...nothing, direction, inInterface: device, outInterface: device };
      const judged = direction === "in" ? "inInterface" : "outInterface";
      const speaking = rules.filter(
        (rule) => rule.direction === direction && matches(only(rule.match, judged), packet),
      );
      return { device, rules: speaking };
    }),
  );
  const others = places.filter((place) => place.rules.length > 0);
  const usual = others.filter(
    ({ device, rules: speaking }) =>
      device.name === "eth0" || speaking.some((rule) => rule.verdict.kind === "accept" && isNamedBy(rule, device)),
  );
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

const nothing: Packet = {
  direction: "out",
  family: "ipv4",
  source: 0n,
  destination: 0n,
  sourceLocality: "local",
  destinationLocality: "elsewhere",
  payload: { protocol: 0 },
  hopLimit: 64,
  owner: { mark: 0 },
  connection: "new",
};

const only = (match: Match, ...fields: readonly (keyof Match)[]): Match =>
  Object.fromEntries(Object.entries(match).filter(([key]) => fields.some((field) => field === key)));

function distinctRules({ states, portal, lockdown }: Plan): readonly Rule[] {
  const key = (rule: Rule): string => JSON.stringify(rule, (_, v) => (typeof v === "bigint" ? `${v}` : v));
  const all = [...states, ...(portal ? [portal] : []), lockdown].flatMap((ruleset) => ruleset.rules);
  return [...new Map(all.map((rule) => [key(rule), rule])).values()];
}

const pickFrom = <T>(values: readonly T[], pick: number): T => {
  const value = values[pick % values.length];
  if (value === undefined) throw new Error("nothing to pick from");
  return value;
};

/** Every value that a plan tells apart, and its neighbours. */
class Pool {
  readonly addresses: Readonly<Record<Family, readonly bigint[]>>;
  /** What few rules exclude and nearly all need: the addresses of the tunnels. */
  readonly own: Readonly<Record<Family, readonly bigint[]>>;
  readonly devices: readonly Interface[];
  readonly payloads: readonly Payload[];
  readonly owners: readonly Owner[];
  readonly #ranges: AddressSet;
  /** What may be put into a packet for each field of a match. */
  readonly #parts: readonly (readonly [keyof Match, ValuesOf])[];
  readonly #asked = new Map<Match, Map<keyof Match, Match>>();

  constructor(all: readonly Match[]) {
    this.#ranges = all.flatMap(({ source, destination }) => [...(source?.set ?? []), ...(destination?.set ?? [])]);
    const of = (family: Family): readonly bigint[] =>
      unique(
        ofFamily([...this.#ranges, ...someAddresses], family)
          .flatMap(({ first, last: end }) => [first, end, first - 1n, end + 1n])
          .filter((value) => value >= 0n && value <= last(family)),
      );
    this.addresses = { ipv4: of("ipv4"), ipv6: of("ipv6") };
    const holes = (family: Family): readonly bigint[] =>
      unique(
        all
          .flatMap(({ source, destination }) => [source, destination])
          .map((address) => complement(ofFamily(address?.set ?? [], family), family))
          .flatMap((set) =>
            set.length < 4 && set[0] !== undefined && set[0].first !== 0n ? set.map((r) => r.first) : [],
          ),
      );
    this.own = { ipv4: holes("ipv4"), ipv6: holes("ipv6") };
    this.devices = devicesOf(all);
    this.payloads = payloadsOf(all.flatMap(({ transport }) => transport ?? []));
    this.owners = ownersOf(all.flatMap(({ owner }) => owner?.flat() ?? []));
    const always =
      (values: readonly Partial<Packet>[]): ValuesOf =>
      () =>
        values;
    this.#parts = [
      ["source", (match, family) => endsOf(match.source, family).map((source) => ({ source }))],
      ["destination", (match, family) => endsOf(match.destination, family).map((destination) => ({ destination }))],
      ["sourceLocality", always(localities.map((sourceLocality) => ({ sourceLocality })))],
      ["destinationLocality", always(localities.map((destinationLocality) => ({ destinationLocality })))],
      ["transport", always(this.payloads.map((payload) => ({ payload })))],
      ["hopLimit", always([{ hopLimit: 1 }, { hopLimit: 255 }])],
      ["owner", always(this.owners.map((owner) => ({ owner })))],
      ["outInterface", always(this.devices.map((outInterface) => ({ outInterface })))],
      ["inInterface", always(this.devices.map((inInterface) => ({ inInterface })))],
      ["related", always([{ connection: "related" }])],
      ["rewritten", always([{ rewritten: true }])],
    ];
  }

  /** How many bits the ranges leave open. */
  lengths(family: Family): readonly number[] {
    return unique(
      ofFamily(this.#ranges, family).map((range) => (range.last - range.first + 1n).toString(2).length - 1),
    );
  }

  /** Anything of the direction and family of a rule. */
  start({ direction, match }: Rule, device: Interface, [a, b, c]: readonly [number, number, number]): Packet {
    // A rule may speak of no packet at all: from one family to the other.
    const spoken = spokenFamilies(match);
    const family = match.family === "arp" ? "arp" : pickFrom(spoken.length > 0 ? spoken : families, a);
    const ip = family === "arp" ? "ipv4" : family;
    const addresses = this.addresses[ip];
    const near = this.own[ip].length > 0 && a & 2 ? this.own[ip] : addresses;
    return {
      direction,
      family,
      inInterface: direction === "forward" ? pickFrom(this.devices, a) : device,
      outInterface: device,
      source: pickFrom(direction === "out" ? near : addresses, b),
      destination: pickFrom(direction === "in" ? near : addresses, c),
      sourceLocality: direction === "out" ? "local" : "elsewhere",
      destinationLocality: direction === "in" ? "local" : "elsewhere",
      payload: pickFrom(this.payloads, c),
      hopLimit: 64,
      owner: pickFrom(this.owners, b),
      connection: "new",
    };
  }

  /** The packet with what a match asks of it, but for some fields; what fits already stays as it is. */
  fit(packet: Packet, match: Match, pick: number, leftOut: number): Packet {
    // No field below makes it one of another family.
    if (!matches(this.#asking(match, "family"), packet)) return packet;
    let whole = packet;
    for (const [bit, [field, valuesOf]] of this.#parts.entries()) {
      if (match[field] === undefined || leftOut & (1 << bit)) continue;
      const asked = this.#asking(match, field);
      if (matches(asked, whole)) continue;
      const values = valuesOf(match, ipOf(packet));
      for (let i = 0; i < values.length; i++) {
        const changed = { ...whole, ...values[(pick + i) % values.length] };
        if (!matches(asked, changed)) continue;
        whole = changed;
        break;
      }
    }
    return whole;
  }

  /** What a match asks of one field, and of the family. */
  #asking(match: Match, field: keyof Match): Match {
    const known = this.#asked.get(match) ?? new Map<keyof Match, Match>();
    this.#asked.set(match, known);
    const asking = known.get(field) ?? only(match, field, "family");
    known.set(field, asking);
    return asking;
  }
}

type ValuesOf = (match: Match, family: Family) => readonly Partial<Packet>[];
const endsOf = (address: AddressMatch | undefined, family: Family): readonly bigint[] =>
  ofFamily(address?.set ?? [], family).flatMap((range) => [range.first, range.last]);

function spokenFamilies({ family, source, destination, transport }: Match): readonly Family[] {
  const has = (of: AddressMatch | undefined, f: Family) => !of || ofFamily(of.within ?? of.set, f).length > 0;
  return families.filter(
    (f) =>
      (family ?? f) === f &&
      has(source, f) &&
      has(destination, f) &&
      !(transport?.kind === "icmp" && f === "ipv6") &&
      !(transport?.kind === "icmpv6" && f === "ipv4"),
  );
}

const someAddresses = constant(
  "0.0.0.0",
  "8.8.8.8",
  "127.0.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "2001:db8:ffff::1",
  "fe80::1",
  "ff02::1",
);

// ---- one field changed ---------------------------------------------------------------------------------------------

type Change = (packet: Packet, pool: Pool, pick: number) => Packet;

const ipOf = ({ family }: Packet): Family => (family === "arp" ? "ipv4" : family);

const changes: readonly Change[] = [
  (p, pool, pick) => ({ ...p, source: pickFrom(pool.addresses[ipOf(p)], pick) }),
  (p, pool, pick) => ({ ...p, destination: pickFrom(pool.addresses[ipOf(p)], pick) }),
  (p, _, pick) => ({ ...p, source: neighbour(p.source, ipOf(p), pick) }),
  (p, _, pick) => ({ ...p, destination: neighbour(p.destination, ipOf(p), pick) }),
  (p, _, pick) => ({ ...p, sourceLocality: pickFrom(localities, pick) }),
  (p, _, pick) => ({ ...p, destinationLocality: pickFrom(localities, pick) }),
  (p, pool, pick) => ({ ...p, payload: pickFrom(pool.payloads, pick) }),
  (p, _, pick) => ({ ...p, payload: besides(p.payload, pick) }),
  (p, _, pick) => ({ ...p, hopLimit: pickFrom([1, 64, 255], pick) }),
  (p, pool, pick) => ({ ...p, owner: pickFrom(pool.owners, pick) }),
  (p, _, pick) => ({
    ...p,
    connection: pickFrom(["new", "established-original", "established-reply", "related"], pick),
  }),
  (p, pool, pick) => ({ ...p, outInterface: pickFrom(pool.devices, pick) }),
  (p, pool, pick) => ({ ...p, inInterface: pickFrom(pool.devices, pick) }),
  (p, _, pick) => ({ ...p, direction: pickFrom(["out", "in", "forward"], pick) }),
  (p, pool, pick) => {
    const family = pickFrom(["ipv4", "ipv6", "arp"] as const, pick);
    const values = pool.addresses[family === "arp" ? "ipv4" : family];
    return { ...p, family, source: pickFrom(values, pick >> 2), destination: pickFrom(values, pick >> 4) };
  },
];

const neighbour = (value: bigint, family: Family, pick: number): bigint => {
  const next = value + (pick % 2 === 0 ? 1n : -1n);
  return next < 0n || next > last(family) ? value : next;
};

function besides({ protocol, sourcePort, destinationPort, icmpType }: Payload, pick: number): Payload {
  const step = pick % 2 === 0 ? 1 : -1;
  const next = (port: number) => Math.min(65535, Math.max(0, port + step));
  if (sourcePort !== undefined && destinationPort !== undefined)
    return pick & 2
      ? { protocol, sourcePort: next(sourcePort), destinationPort }
      : { protocol, sourcePort, destinationPort: next(destinationPort) };
  return icmpType === undefined ? { protocol } : { protocol, icmpType: Math.min(255, Math.max(0, icmpType + step)) };
}

/** What a kernel can see: interfaces fit the direction, a socket is known of what leaves, nothing forwarded has our source, and ARP stays on its link. */
function possible({ inInterface, outInterface, ...packet }: Packet): Packet {
  const { family, sourceLocality } = packet;
  const direction = family === "arp" && packet.direction === "forward" ? "in" : packet.direction;
  // A tunnel's device shows as the arriving interface of what it encapsulates here.
  const arriving = direction !== "out" || inInterface?.kind !== undefined ? inInterface : undefined;
  return {
    ...packet,
    direction,
    ...(arriving && { inInterface: arriving }),
    ...(direction !== "in" && { outInterface: outInterface ?? inInterface ?? { name: "eth0" } }),
    ...(direction !== "out" && { inInterface: inInterface ?? outInterface ?? { name: "eth0" } }),
    sourceLocality: direction === "forward" && sourceLocality === "local" ? "elsewhere" : sourceLocality,
    owner: direction === "out" ? packet.owner : { mark: 0 },
  };
}

// ---- values --------------------------------------------------------------------------------------------------------

function devicesOf(all: readonly Match[]): readonly Interface[] {
  const zones = all.flatMap(({ inInterface, outInterface }): readonly Zone[] =>
    [inInterface, outInterface].flatMap((set) => (set && set.kind !== "loopback" ? set.zones : [])),
  );
  const names = unique(
    zones.flatMap(({ devices }) =>
      devices.flatMap((d) => {
        if (d.kind === "named") return [d.name, `${d.name}0`, d.name.slice(0, -1)];
        return d.kind === "prefix" ? [d.prefix, `${d.prefix}x`, d.prefix.slice(0, -1)] : [utunName(d)];
      }),
    ),
  );
  const kinds = [undefined, "wireguard", "tun", "ovpn", "ovpn-dco", "xfrm", "vti", "vti6", "veth"];
  return [
    { name: "eth0" },
    { name: "lo", kind: "loopback" },
    ...names.filter((name) => name !== "").flatMap((name) => kinds.map((kind) => ({ name, ...(kind && { kind }) }))),
  ];
}

function payloadsOf(transports: readonly Transport[]): readonly Payload[] {
  const edges = (set: PortSet | undefined) =>
    (set ?? []).flatMap(({ first, last: end }) => [first, end, first - 1, end + 1]);
  const portsOf = (side: "sourcePorts" | "destinationPorts") =>
    unique(transports.flatMap((t) => (t.kind === "tcp" || t.kind === "udp" ? edges(t[side]) : []))).filter(
      (port) => port >= 0 && port <= 65535,
    );
  const [sources, destinations] = [portsOf("sourcePorts"), portsOf("destinationPorts")];
  const types = (kind: "icmp" | "icmpv6", ...more: readonly number[]) =>
    unique([
      ...transports.flatMap((t) => (t.kind === kind ? (t.types ?? []) : [])).flatMap((t) => [t, t + 1]),
      ...more,
    ]);
  const others = unique([
    2,
    41,
    47,
    50,
    ...transports.flatMap((t) => (t.kind === "protocol" ? [t.number, t.number + 1] : [])),
  ]);
  return [
    ...[6, 17].flatMap((protocol) => [
      { protocol, sourcePort: 40000, destinationPort: 443 },
      ...destinations.flatMap((destinationPort) =>
        [40000, ...sources].map((sourcePort) => ({ protocol, sourcePort, destinationPort })),
      ),
    ]),
    ...types("icmp", 0, 3, 5, 8, 11, 13, 14, 17, 18).map((icmpType) => ({ protocol: 1, icmpType })),
    ...types("icmpv6", 1, 2, 128, 129, 137).map((icmpType) => ({ protocol: 58, icmpType })),
    ...others
      .map((protocol): Payload => (protocol === 1 || protocol === 58 ? { protocol, icmpType: 8 } : { protocol }))
      .filter(({ protocol }) => protocol !== 6 && protocol !== 17),
  ];
}

/** Everybody who is named, alone and together, and those who are nearly it. */
function ownersOf(identities: readonly Identity[]): readonly Owner[] {
  const marks = identities.flatMap((i) =>
    i.kind === "mark" ? [i.value, i.value ^ 1, (i.value | 0x40000000) >>> 0, (i.value | (~i.mask >>> 0)) >>> 0] : [],
  );
  const ids = (kind: "user" | "group") =>
    identities.flatMap((i) => (i.kind === kind && i.id !== undefined ? [i.id, i.id + 1] : []));
  const [users, groups] = [unique(ids("user")), unique(ids("group"))];
  return [
    { mark: 0, user: 1000 },
    { mark: 0 },
    ...unique(marks).map((mark) => ({ mark, user: 0 })),
    ...users.map((user) => ({ mark: 0, user })),
    ...groups.map((group) => ({ mark: 0, user: 1000, group })),
    ...users.flatMap((user) => groups.map((group) => ({ mark: 0, user, group }))),
  ];
}

const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];
