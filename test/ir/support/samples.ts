import { matches } from "../../../src/ir/evaluate.ts";
import {
  describeOwner,
  type Interface,
  type Owner,
  type Packet,
  type Payload,
  reverse,
} from "../../../src/ir/packet.ts";
import type { Identity, Policy } from "../../../src/ir/policy.ts";
import type { Rule, Ruleset } from "../../../src/ir/ruleset.ts";
import { loopbackAddresses } from "../../../src/ir/stages/loopback-deny.ts";
import { farLocality, type Vantage, vantages } from "../../../src/ir/vantage.ts";
import { type Address, last, parseAddress } from "../../../src/net/address.ts";
import { type AddressRange, contains } from "../../../src/net/address-set.ts";
import { privateRanges } from "../../../src/net/private-ranges.ts";
import type { Planned } from "./policies.ts";

const known = new WeakMap<Planned, readonly Packet[]>();

/** For every rule packets that it matches, each of them also with any one field changed to everything interesting. */
export function samplesOf(planned: Planned): readonly Packet[] {
  const samples = known.get(planned) ?? makeSamples(planned);
  known.set(planned, samples);
  return samples;
}

function makeSamples(planned: Planned): readonly Packet[] {
  const world = new World(planned.policy);
  const rules = new Map(rulesetsOf(planned).flatMap((r) => r.rules.map((rule) => [keyOf(rule), rule] as const)));
  const packets = new Map<string, Packet>();
  for (const rule of rules.values()) {
    for (const witness of world.witnesses(rule)) {
      for (const base of isAnswered(witness) ? [witness, replyTo(witness)] : [witness]) {
        for (const packet of [base, ...world.variations(base)]) packets.set(packetKey(packet), packet);
      }
    }
  }
  return [...packets.values()];
}

const rulesetsOf = ({ plan }: Planned): readonly Ruleset[] => [...plan.states, plan.lockdown];

const keyOf = (value: object): string => JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}` : v));
const packetKey = (p: Packet): string =>
  [
    p.direction,
    p.family,
    p.inInterface?.name,
    p.inInterface?.kind,
    p.outInterface?.name,
    p.outInterface?.kind,
    p.source,
    p.destination,
    p.hopLimit,
    p.connection,
    ...Object.values(p.payload),
    describeOwner(p.owner),
  ].join();

const constants = [
  ..."0.0.0.0 8.8.8.8 192.168.1.7 192.168.50.7 224.0.0.1 224.0.0.2 224.0.0.22 224.0.0.251".split(" "),
  ..."239.255.255.250 255.255.255.255 :: 64:ff9b::808:808 2001:db8:ffff::1 fe80::1".split(" "),
  ..."ff02::1 ff02::2 ff02::c ff02::16 ff02::fb ff02::1:2".split(" "),
].flatMap((text) => parseAddress(text) ?? []);

const someone = 1000;
const nobody: Owner = { mark: 0 };

const isAnswered = ({ direction, family }: Packet): boolean => direction !== "forward" && family !== "arp";
const replyTo = (packet: Packet): Packet => ({ ...reverse(packet), connection: "established-reply" });

/** The machine that the sampled packets cross, and every value that a policy might tell apart. */
class World {
  readonly places: readonly Vantage[];
  readonly addresses: readonly Address[];
  readonly payloads: readonly Payload[];
  readonly owners: readonly Owner[];

  constructor(policy: Policy) {
    const known = vantages(policy, "linux");
    const elsewhere = known.find((v) => v.name === "elsewhere");
    if (!elsewhere) throw new Error("no vantage elsewhere");
    this.places = [
      ...known,
      /** A network card that took the name of a tunnel, and another one: with addresses of their own. */
      ...known
        .filter((v) => v.device.kind !== undefined)
        .map((v) => ({ name: `as ${v.device.name}`, device: { name: v.device.name }, own: elsewhere.own })),
      { ...elsewhere, device: { name: "usb3" } },
      { name: "loopback", device: { name: "lo", kind: "loopback" }, own: {} },
    ];
    this.addresses = unique([
      ...constants,
      ...this.places.flatMap(({ own }) => Object.values(own)),
      ...[...rangesIn(policy), ...privateRanges, ...loopbackAddresses].flatMap(({ family, first, last: end }) =>
        [first - 1n, first, end, end + 1n]
          .filter((value) => value >= 0n && value <= last(family))
          .map((value) => ({ family, value })),
      ),
    ]);
    this.payloads = payloads(portsIn(policy));
    this.owners = owners(identitiesIn(policy));
  }

  /** Packets that a rule matches: a few, on different interfaces. */
  witnesses(rule: Rule): readonly Packet[] {
    const found: Packet[] = [];
    for (const place of this.places) {
      for (const packet of this.#candidates(rule, place)) {
        if (!matches(rule.match, packet)) continue;
        found.push(packet);
        break;
      }
      if (found.length === 2) break;
    }
    if (found.length === 0) throw new Error(`no packet for ${keyOf(rule)}`);
    return found;
  }

  *#candidates({ direction, match }: Rule, place: Vantage): Generator<Packet> {
    const known = [...Object.values(place.own), ...this.addresses];
    const ends = (set: readonly AddressRange[] | undefined) =>
      set
        ? [...set.map(({ family, first }) => ({ family, value: first })), ...known.filter((end) => contains(set, end))]
        : known;
    const payload = this.payloads.find((p) =>
      matches(
        { ...(match.transport && { transport: match.transport }) },
        {
          ...blank(place.device),
          family: match.transport?.kind === "icmpv6" ? "ipv6" : "ipv4",
          payload: p,
        },
      ),
    );
    const owner = this.owners.find((o) =>
      matches({ ...(match.owner && { owner: match.owner }) }, { ...blank(place.device), owner: o }),
    );
    if (!payload || !owner) return;
    for (const source of ends(match.source?.set)) {
      for (const destination of ends(match.destination?.set)) {
        if (source.family !== destination.family) continue;
        yield this.#cross(
          {
            ...blank(place.device),
            direction,
            family: match.family === "arp" ? "arp" : source.family,
            source: source.value,
            destination: destination.value,
            payload: match.family === "arp" ? { protocol: 0 } : payload,
            hopLimit: match.hopLimit ?? 64,
            owner: direction === "out" && match.family !== "arp" ? owner : nobody,
            connection: match.related ? "related" : "new",
          },
          place,
        );
      }
    }
  }

  *variations(base: Packet): Generator<Packet> {
    const here = this.#placeOf(base);
    const family = base.family === "arp" ? "ipv4" : base.family;
    for (const place of this.places) yield this.#cross(base, place);
    for (const { family: f, value } of this.addresses) {
      if (f !== family) continue;
      yield this.#cross({ ...base, source: value }, here);
      yield this.#cross({ ...base, destination: value }, here);
    }
    if (base.family === "arp") return;
    for (const connection of ["new", "established-original", "established-reply", "related"] as const)
      yield { ...base, connection };
    for (const direction of ["out", "in", "forward"] as const) yield this.#cross({ ...base, direction }, here);
    for (const payload of this.payloads) yield { ...base, payload };
    for (const hopLimit of [1, 64, 255]) yield { ...base, hopLimit };
    if (base.direction === "out") for (const owner of this.owners) yield { ...base, owner };
  }

  #placeOf({ inInterface, outInterface }: Packet): Vantage {
    const device = outInterface ?? inInterface;
    const place = this.places.find(({ device: d }) => d.name === device?.name && d.kind === device.kind);
    if (!place) throw new Error(`nowhere: ${device?.name}`);
    return place;
  }

  /** The packet on that interface: what its addresses are there follows from the machine. */
  #cross(packet: Packet, place: Vantage): Packet {
    const { direction, source, destination, payload, hopLimit, connection } = packet;
    const family = packet.family === "arp" ? "ipv4" : packet.family;
    const crossed = {
      direction,
      family: packet.family,
      source,
      destination,
      sourceLocality: farLocality({ family, value: source }, place),
      destinationLocality: farLocality({ family, value: destination }, place),
      payload,
      hopLimit,
      owner: direction === "out" ? packet.owner : nobody,
      connection,
    };
    switch (direction) {
      case "out":
        return { ...crossed, outInterface: place.device };
      case "in":
        return { ...crossed, inInterface: place.device };
      case "forward":
        return { ...crossed, inInterface: { name: "br0" }, outInterface: place.device };
    }
  }
}

const blank = (device: Interface): Packet => ({
  direction: "out",
  family: "ipv4",
  outInterface: device,
  source: 0n,
  destination: 0n,
  sourceLocality: "local",
  destinationLocality: "elsewhere",
  payload: { protocol: 6, sourcePort: 40000, destinationPort: 443 },
  hopLimit: 64,
  owner: { mark: 0, user: someone },
  connection: "new",
});

function payloads(ports: readonly number[]): readonly Payload[] {
  const near = unique([
    443,
    22,
    25,
    53,
    67,
    68,
    80,
    137,
    546,
    547,
    853,
    1023,
    1900,
    5353,
    5355,
    40000,
    ...ports.flatMap((p) => [p - 1, p, p + 1]),
  ]);
  const pairs = [
    ...near.map((port) => [40000, port] as const),
    ...[22, 25, 53, 443, 1900, 5353].map((port) => [port, 40000] as const),
    ...([
      [68, 67],
      [67, 68],
      [546, 547],
      [547, 546],
      [5353, 5353],
      [1900, 1023],
      [1900, 1024],
    ] as const),
  ];
  return [
    ...[6, 17].flatMap((protocol) =>
      pairs.map(([sourcePort, destinationPort]) => ({ protocol, sourcePort, destinationPort })),
    ),
    ...[0, 3, 5, 8, 9, 11, 12, 13, 14].map((icmpType) => ({ protocol: 1, icmpType })),
    ...[1, 2, 3, 4, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 143].map((icmpType) => ({
      protocol: 58,
      icmpType,
    })),
    ...[2, 41, 50].map((protocol) => ({ protocol })),
  ];
}

/** Everybody who is named, alone and together, and those who are nearly it. */
function owners(identities: readonly Identity[]): readonly Owner[] {
  const marks = identities.flatMap((i) =>
    i.kind === "mark" ? [i.value, i.value ^ 1, (i.value | 0x10000000) >>> 0] : [],
  );
  const ids = (kind: "user" | "group") =>
    identities.flatMap((i) => (i.kind === kind && i.id !== undefined ? [i.id] : []));
  const [users, groups] = [ids("user"), ids("group")];
  return [
    { mark: 0, user: someone },
    nobody,
    ...unique([0x6b700000, 0x6b700001, ...marks]).map((mark) => ({ mark, user: 0 })),
    ...unique(users).flatMap((user) => [
      { mark: 0, user },
      ...unique(groups).map((group) => ({ mark: 0, user, group })),
    ]),
    ...unique(groups).map((group) => ({ mark: 0, user: someone, group })),
  ];
}

/** All values of one shape anywhere in a policy. */
function everywhereIn<T>(value: unknown, is: (v: object) => T | undefined): readonly T[] {
  if (typeof value !== "object" || value === null) return [];
  const own = is(value);
  return own === undefined ? Object.values(value).flatMap((v) => everywhereIn(v, is)) : [own];
}
const rangesIn = (policy: Policy) =>
  everywhereIn(policy, (v) => ("first" in v && typeof v.first === "bigint" ? (v as AddressRange) : undefined));
const portsIn = (policy: Policy) =>
  everywhereIn(policy, (v) =>
    "first" in v && typeof v.first === "number" ? (v as { readonly first: number }).first : undefined,
  );
const identitiesIn = (policy: Policy) =>
  everywhereIn(policy, (v) =>
    "kind" in v && (v.kind === "mark" || v.kind === "user" || v.kind === "group") ? (v as Identity) : undefined,
  );

const unique = <T>(values: readonly T[]): readonly T[] => [
  ...new Map(values.map((v) => [typeof v === "object" && v !== null ? keyOf(v) : v, v])).values(),
];
