import { describePayload, hex, icmpTypeName } from "../ir/packet.ts";
import type { Family } from "../net/address.ts";
import { formatRange } from "../net/address-set.ts";
import { formatPort } from "../net/port-set.ts";
import { mostRanges, type Region } from "./cover.ts";
import { connections, directions, localityAlphabet, packetFamilies, type Side } from "./dimensions.ts";
import type { AddressDimension, PacketSpace } from "./packet-space.ts";
import { protocolsWithPorts } from "./packet-values.ts";
import type { Range } from "./packets/layout.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { ownerFields } from "./vocabulary.ts";

/** One line, in the words of `describe` and of rules: `out on eth0 to 10.0.0.0/8 tcp 443 user 1000`. */
export function regionText({ box }: Region, space: PacketSpace): string {
  const { names } = space;
  const setOf = (name: string): PacketSet => space.ofNode(box[space.layout.index(name)] as number);
  const text = (name: string, lead: string, word: (value: number) => string): string => {
    const said = listOf(
      setOf(name),
      (set) => set.ranges(name),
      ({ first, last }) =>
        few(Number(first), Number(last))
          .map(word)
          .join(last - first < 4n ? ", " : "-"),
    );
    return said === "" ? "" : `${lead}${said}`;
  };
  /** What rules do not ask for is said by what it is not. */
  const choice = (name: string, lead: string, labels: readonly string[], never: readonly string[] = []): string => {
    const set = setOf(name);
    if (set.isEverything()) return "";
    const isIn = labels.map((_, i) => set.overlaps(space.is(name, i)));
    const chosen = labels.filter((_, i) => isIn[i]);
    const others = labels.filter((label, i) => !isIn[i] && !never.includes(label));
    if (others.length === 0) return "";
    const isLeftOut = chosen.includes(other) || others.length < chosen.length;
    return isLeftOut ? `${lead}not ${others.join(", ")}` : `${lead}${chosen.join(", ")}`;
  };
  const crossed = (side: Side, lead: string): string => {
    const name = choice(`${side}Name`, lead, [nowhere, ...names.interfaces.labels], [nowhere]);
    const kind = choice(`${side}Kind`, "of kind ", [...names.kinds.values.map((k) => k ?? "plain"), other]);
    return kind === "" ? name : `${name === "" ? `${lead}interfaces` : name} ${kind}`;
  };
  const address = (end: "source" | "destination", family: Family): string => {
    const name: AddressDimension = `${end}${family === "ipv4" ? 4 : 6}`;
    const lead = end === "source" ? "from " : "to ";
    const said = listOf(
      setOf(name),
      (set) => space.addressRanges(set, name),
      (r) => formatRange({ family, ...r }),
    );
    return said === "" ? "" : `${lead}${said}`;
  };
  const families = setOf("family");
  const versions = (
    [
      ["ipv4", ["ipv4", "arp"]],
      ["ipv6", ["ipv6"]],
    ] as const
  ).filter(([, spoken]) => families.overlaps(space.family(...spoken)));
  const hasPorts = setOf("protocol").isSubsetOf(space.is("protocol", ...protocolsWithPorts));
  const isAddressed =
    versions.length === 1 && versions.some(([f]) => address("source", f) || address("destination", f));
  const isIcmp = setOf("protocol").equals(space.is("protocol", 1));
  const isIcmpv6 = setOf("protocol").equals(space.is("protocol", 58));
  const hasTypes = isIcmp || isIcmpv6;
  const isOneWay = (["out", "in"] as const).some((way) => setOf("direction").equals(space.direction(way)));
  return [
    choice("direction", "", directions.values),
    isAddressed ? "" : choice("family", "", packetFamilies.values),
    crossed("in", isOneWay ? "on " : "arriving on "),
    crossed("out", isOneWay ? "on " : "leaving on "),
    crossed("routed", "routed to "),
    ...versions.map(([family]) => address("source", family)),
    choice("sourceLocality", "from address ", localityAlphabet.values),
    ...versions.map(([family]) => address("destination", family)),
    choice("destinationLocality", "to address ", localityAlphabet.values),
    text("protocol", "", (protocol) => describePayload({ protocol })),
    text("destinationPort", hasPorts ? "" : "to port ", (port) => formatPort({ first: port, last: port })),
    text("sourcePort", "from port ", (port) => `${port}`),
    text("icmpType", hasTypes ? "" : "type ", (type) =>
      hasTypes ? icmpTypeName(isIcmpv6 ? "icmpv6" : "icmp", type) : `${type}`,
    ),
    text("icmpCode", "code ", (value) => `${value}`),
    choice("fragment", "", ["unfragmented", "first fragment", "later fragment"]),
    text("hopLimit", "hop limit ", (value) => `${value}`),
    choice("connection", "", connections.values),
    choice("rewritten", "", ["not rewritten", "rewritten"]),
    ...ownerFields.map((field) =>
      choice(field, `${field} `, [...names.owners[field].values.map((value) => `${value ?? "nobody"}`), other]),
    ),
    markText(setOf("mark"), space),
  ]
    .filter((word) => word !== "")
    .join(" ");
}

const nowhere = "nowhere";
const other = "other";

/** All of a few, the ends of many. */
const few = (first: number, last: number): readonly number[] =>
  last - first < 4 ? Array.from({ length: last - first + 1 }, (_, i) => first + i) : [first, last];
const range = (first: string, last: string, isOne: boolean): string => (isOne ? first : `${first}-${last}`);

/** Nothing where every value is meant; what is left out where that is shorter. */
function listOf(set: PacketSet, ranges: (set: PacketSet) => Iterable<Range>, word: (range: Range) => string): string {
  if (set.isEverything()) return "";
  const [own, left] = [some(ranges(set)), some(ranges(set.complement()))];
  const [shorter, lead] = left.length < own.length ? [left, "not "] : [own, ""];
  const words = shorter.slice(0, mostRanges).map(word);
  return `${lead}${words.join(", ")}${shorter.length > mostRanges ? ", …" : ""}`;
}

/** One more than is said. */
function some(ranges: Iterable<Range>): readonly Range[] {
  const few: Range[] = [];
  for (const one of ranges) if (few.push(one) > mostRanges) break;
  return few;
}

/** As value and mask where the marks are such a set. */
function markText(set: PacketSet, space: PacketSpace): string {
  if (set.isEverything()) return "";
  for (const [lead, marks] of [
    ["", set],
    ["not ", set.complement()],
  ] as const) {
    const value = marks.lowest()?.[space.layout.index("mark")];
    if (value === undefined) continue;
    const matters = bits.filter((bit) => !marks.overlaps(space.is("mark", value ^ bit)));
    const mask = matters.reduce((sum, bit) => sum | bit, 0n);
    if (!marks.equals(space.masked("mark", value & mask, mask))) continue;
    return `${lead}mark ${hex(Number(value & mask))}${mask === 0xffffffffn ? "" : `/${hex(Number(mask))}`}`;
  }
  return `mark ${listOf(
    set,
    (marks) => marks.ranges("mark"),
    ({ first, last }) => range(hex(Number(first)), hex(Number(last)), first === last),
  )}`;
}

const bits = Array.from({ length: 32 }, (_, i) => 1n << BigInt(i));
