import { type Owner, type Packet, reverse } from "../../../../src/ir/packet.ts";
import type {
  Anchor,
  Comparison,
  Criteria,
  Host,
  IdTest,
  Program,
  Rule,
  Ruleset,
} from "../../../../src/proof/readers/pf/program.ts";

/**
 * pf one packet at a time, from the words of the kernel's source. It shares nothing with the sets but what was read. Errors
 * about a flow are not judged: which flow they quote is no field of a packet.
 */
export function judge(program: Program, packet: Packet, fault?: Fault): boolean {
  if (packet.family === "arp") return false;
  const halves = { in: ["in"], out: ["out"], forward: ["in", "out"] } as const;
  return halves[packet.direction].every((direction) => passesHalf(program, packet, direction, fault));
}

/** One thing understood wrongly; a comparison with any of them has to differ. */
export const faults = [
  "the first rule decides",
  "quick ends an anchor alone",
  "what no rule is about is blocked",
  "a floating state stays on its interface",
  "a bound state floats",
  "a state passes one direction alone",
  "no state is a state",
  "a packet in the midst of a connection opens it",
  "fragments have owners",
  "rules of fragments match nothing",
  "whole packets meet rules of fragments",
  "unknown owners are nobody",
  "an answer has an owner",
  "answers of ICMP have the type of the question",
  "errors make a state",
  "a wildcard walks all below it",
  "children are walked backwards",
  "a missing table is that of nobody",
  "IGMP has no options",
] as const;
export type Fault = (typeof faults)[number];

type Direction = "in" | "out";
/** A packet at one interface. */
interface Seen {
  readonly packet: Packet;
  readonly direction: Direction;
  readonly device: string;
  readonly isSyn: boolean;
}

const ports = [6, 17, 33, 132, 136];

function passesHalf(program: Program, packet: Packet, direction: Direction, fault: Fault | undefined): boolean {
  const device = deviceOf(packet, direction);
  const isSyn = packet.connection === "new" || fault === "a packet in the midst of a connection opens it";
  const seen: Seen = { packet, direction, device, isSyn };
  if (isFragment(packet)) return verdict(program, seen, true, fault).action === "pass";
  const isMade = keeps(program, device, fault);
  if (packet.connection === "established-original" && makers(program, seen, direction, fault).some(isMade)) return true;
  if (packet.connection === "established-reply" && fault !== "a state passes one direction alone") {
    const back = { in: "out", out: "in" } as const;
    const opened = { ...reverse(packet), connection: "new" as const };
    const answered: Seen = { packet: opened, direction: back[direction], device, isSyn: true };
    if (makers(program, answered, back[direction], fault).some(isMade)) return true;
  }
  return verdict(program, seen, false, fault).action === "pass";
}

const deviceOf = ({ inInterface, outInterface }: Packet, direction: Direction): string => {
  const device = direction === "in" ? inInterface : outInterface;
  return device?.kind === "loopback" ? "lo0" : (device?.name ?? "");
};

const isFragment = ({ payload: { protocol, sourcePort, icmpType } }: Packet): boolean =>
  (ports.includes(protocol) && sourcePort === undefined) || ([1, 58].includes(protocol) && icmpType === undefined);

const isError = ({ payload: { protocol, icmpType = -1 } }: Packet): boolean =>
  protocol === 1 ? [3, 4, 5, 11, 12].includes(icmpType) : protocol === 58 && [1, 2, 3, 4].includes(icmpType);

/** Every packet that may have made the state of this one: of ICMP any type, on any interface, and whoever sent what is answered. */
function makers(program: Program, seen: Seen, direction: Direction, fault: Fault | undefined): readonly Seen[] {
  if (isError(seen.packet) && fault !== "errors make a state") return [];
  const criteria = allCriteria(program);
  const { packet } = seen;
  const asksType = fault === "answers of ICMP have the type of the question" || fault === "errors make a state";
  const isIcmp = !asksType && [1, 58].includes(packet.payload.protocol);
  const types = isIcmp
    ? [...new Set([8, 77, ...criteria.flatMap(({ icmp }) => icmp?.type ?? [])])]
    : [packet.payload.icmpType];
  const devices = new Set(["other0", seen.device, ...criteria.flatMap((each) => each.interface?.name ?? [])]);
  const owners: readonly Owner[] =
    packet.connection === "established-original"
      ? [packet.owner]
      : fault === "an answer has an owner"
        ? [{ mark: 0 }]
        : ownersIn(criteria);
  return types.flatMap((icmpType) =>
    [...devices].flatMap((device) =>
      owners.map((owner) => ({
        direction,
        device,
        isSyn: true,
        packet: { ...packet, owner, payload: { ...packet.payload, ...(icmpType !== undefined && { icmpType }) } },
      })),
    ),
  );
}

/** Nobody, everybody who is named, and somebody else. */
function ownersIn(criteria: readonly Criteria[]): readonly Owner[] {
  const ids = (field: "user" | "group") => [
    undefined,
    99999,
    ...new Set(
      criteria.flatMap(({ [field]: test }) =>
        !test || test.kind === "other" || test.id === "unknown" ? [] : [test.id],
      ),
    ),
  ];
  return ids("user").flatMap((user) =>
    ids("group").map((group) => ({
      mark: 0,
      ...(user !== undefined && { user }),
      ...(group !== undefined && { group }),
    })),
  );
}

const keeps =
  (program: Program, device: string, fault: Fault | undefined) =>
  (maker: Seen): boolean => {
    if (isError(maker.packet) && fault !== "errors make a state") return false;
    const rule = verdict(program, maker, false, fault);
    if (rule.action !== "pass") return false;
    if (rule.keeps === "no state") return fault === "no state is a state" && maker.device === device;
    const isFloating = rule.keeps === (fault === "a bound state floats" ? "if-bound" : "floating");
    return maker.device === device || (isFloating && fault !== "a floating state stays on its interface");
  };

interface Decision {
  readonly action: "pass" | "block";
  readonly keeps: Rule["keeps"];
}

function verdict(program: Program, seen: Seen, isFragment: boolean, fault: Fault | undefined): Decision {
  let decision: Decision = {
    action: fault === "what no rule is about is blocked" ? "block" : "pass",
    keeps: "no state",
  };
  let isOver = false;
  const walk = ({ entries }: Ruleset, path: string): boolean => {
    let hasMatched = false;
    for (const entry of entries) {
      if (isOver) return hasMatched;
      if (!matches(entry, seen, isFragment, (name) => tableOf(program, path, name), fault)) continue;
      if (entry.kind === "rule") {
        hasMatched = true;
        const isFit = entry.protocol !== 2 || entry.allowsOptions || fault === "IGMP has no options";
        const isPass = entry.action === "pass" && isFit;
        decision = { action: isPass ? "pass" : "block", keeps: entry.keeps };
        if (entry.isQuick || fault === "the first rule decides") {
          isOver = true;
          return true;
        }
      } else {
        const found = enter(entry, path);
        hasMatched ||= found;
        if (fault === "quick ends an anchor alone") isOver = false;
        if (found && entry.isQuick) isOver = true;
      }
    }
    return hasMatched;
  };
  const enter = (anchor: Anchor, from: string): boolean => {
    const path = anchor.path.startsWith("/")
      ? anchor.path.slice(1)
      : [from, anchor.path].filter((part) => part !== "").join("/");
    const isBelow = (key: string): boolean =>
      fault === "a wildcard walks all below it"
        ? key.startsWith(`${path}/`)
        : key.split("/").slice(0, -1).join("/") === path && key !== path;
    const children = [...program.keys()].filter(isBelow).sort();
    if (fault === "children are walked backwards") children.reverse();
    const paths = anchor.isWildcard ? children : [path];
    let found = false;
    for (const each of paths) {
      const ruleset = anchor.inside ?? program.get(each);
      if (ruleset && !isOver && walk(ruleset, each)) found = true;
    }
    return found;
  };
  const main = program.get("");
  if (main) walk(main, "");
  return decision;
}

function matches(
  criteria: Criteria,
  { packet, direction, device, isSyn }: Seen,
  isFragment: boolean,
  table: (name: string) => readonly bigint[] | undefined,
  fault: Fault | undefined,
): boolean {
  const { payload, owner } = packet;
  const { protocol } = payload;
  if (criteria.direction !== undefined && criteria.direction !== direction) return false;
  if (!onDevice(criteria, device)) return false;
  if (criteria.version !== undefined && criteria.version !== (packet.family === "ipv4" ? 4 : 6)) return false;
  if (criteria.protocol !== undefined && criteria.protocol !== protocol) return false;
  if (!isHost(criteria.source, packet.source, packet, table, fault)) return false;
  if (!isHost(criteria.destination, packet.destination, packet, table, fault)) return false;
  const known = protocol === 6 || protocol === 17;
  const isOwned = [criteria.user, criteria.group].every((test, i) =>
    isOwner(test, known ? (i === 0 ? owner.user : owner.group) : undefined, fault),
  );
  if (isFragment) {
    if (fault === "fragments have owners" && !isOwned) return false;
    if (fault === "rules of fragments match nothing" && criteria.isOfFragments) return false;
    if ((protocol === 6 || protocol === 17) && (criteria.sourcePort || criteria.destinationPort)) return false;
    if (protocol === 6 && criteria.isOpening) return false;
    return !((protocol === 1 || protocol === 58) && criteria.icmp);
  }
  if (criteria.isOfFragments && fault !== "whole packets meet rules of fragments") return false;
  if (criteria.sourcePort && !compares(criteria.sourcePort, payload.sourcePort ?? -1)) return false;
  if (criteria.destinationPort && !compares(criteria.destinationPort, payload.destinationPort ?? -1)) return false;
  if (protocol === 6 && criteria.isOpening && !isSyn) return false;
  if (criteria.icmp && (criteria.icmp.type !== payload.icmpType || (criteria.icmp.code ?? 0) !== 0)) return false;
  return isOwned;
}

const onDevice = ({ interface: named }: Criteria, device: string): boolean =>
  !named || (named.name === device) !== named.isNegated;

function isOwner(test: IdTest | undefined, id: number | string | undefined, fault: Fault | undefined): boolean {
  if (!test) return true;
  if (fault === "unknown owners are nobody" && id === undefined) return false;
  if (test.kind === "other") throw new Error("not asked here");
  return ((id ?? "unknown") === test.id) === (test.kind === "=");
}

function isHost(
  host: Host,
  address: bigint,
  packet: Packet,
  table: (name: string) => readonly bigint[] | undefined,
  fault: Fault | undefined,
): boolean {
  const version = packet.family === "ipv4" ? 4 : 6;
  switch (host.kind) {
    case "any":
      return true;
    case "net": {
      const isIn = host.net.version === version && host.net.first <= address && address <= host.net.last;
      return isIn !== host.isNegated;
    }
    case "table": {
      const bounds = table(`${host.name} ${version}`);
      if (!bounds) return host.isNegated && fault !== "a missing table is that of nobody";
      const isIn = bounds.some((first, i) => i % 2 === 0 && first <= address && address <= (bounds[i + 1] ?? -1n));
      return isIn !== host.isNegated;
    }
    default:
      throw new Error("not asked here");
  }
}

function compares(test: Comparison, value: number): boolean {
  switch (test.kind) {
    case "range":
      return test.first <= value && value <= test.last;
    case "inside":
      return test.first < value && value < test.last;
    case "outside":
      return value < test.first || value > test.last;
    case "=":
      return value === test.value;
    case "!=":
      return value !== test.value;
    case "<":
      return value < test.value;
    case "<=":
      return value <= test.value;
    case ">":
      return value > test.value;
    case ">=":
      return value >= test.value;
  }
}

/** Ends of ranges in turn. */
function tableOf(program: Program, path: string, key: string): readonly bigint[] | undefined {
  const [name = "", version] = key.split(" ");
  const content = (program.get(path)?.tables.get(name) ?? program.get("")?.tables.get(name))?.content;
  return content?.[version === "4" ? "ipv4" : "ipv6"].flatMap(({ first, last }) => [first, last]);
}

const allCriteria = (program: Program): readonly Criteria[] =>
  [...program.values()].flatMap(({ entries }) =>
    entries.flatMap((entry) => [entry, ...(entry.kind === "anchor" ? (entry.inside?.entries ?? []) : [])]),
  );
