import { readRange } from "./addresses.ts";
import type { Condition, End, IpFamily, LocalityType, Range, Sets } from "./program.ts";
import type { Words } from "./words.ts";

export interface Context {
  readonly family: IpFamily;
  readonly sets: Sets;
}

/** Reads what stands behind an option. */
type Read = (words: Words, isNegated: boolean, context: Context) => readonly Condition[];

/** What follows `-m`. Its options come at most once each; `single`: one of them. */
export interface Module {
  readonly options: Readonly<Record<string, Read>>;
  /** The rule must be about one of these protocols. */
  readonly protocols?: readonly number[];
  readonly family?: IpFamily;
  readonly canNegate?: true;
  readonly single?: true;
}

const icmpNames: Readonly<Record<string, number>> = {
  "echo-reply": 0,
  "destination-unreachable": 3,
  "echo-request": 8,
  "time-exceeded": 11,
  "parameter-problem": 12,
};
const icmpv6Names: Readonly<Record<string, number>> = {
  "destination-unreachable": 1,
  "packet-too-big": 2,
  "time-exceeded": 3,
  "parameter-problem": 4,
  "echo-request": 128,
  "echo-reply": 129,
  "router-solicitation": 133,
  "router-advertisement": 134,
  "neighbour-solicitation": 135,
  "neighbour-advertisement": 136,
};

const ports = (protocols: readonly number[]): Module => ({
  protocols,
  options: { "--sport": portsOf("source", 2), "--dport": portsOf("destination", 2) },
});

/** As iptables 1.8 means them. Types by name are those that stand for every code (`iptables -p icmp -h`). */
export const modules: Readonly<Record<string, Module>> = {
  tcp: ports([6]),
  udp: ports([17]),
  multiport: {
    protocols: [6, 17],
    single: true,
    options: { "--sports": portsOf("source", 15), "--dports": portsOf("destination", 15) },
  },
  icmp: { protocols: [1], family: "ipv4", options: { "--icmp-type": typeOf(icmpNames) } },
  icmp6: { protocols: [58], family: "ipv6", options: { "--icmpv6-type": typeOf(icmpv6Names) } },
  iprange: {
    canNegate: true,
    single: true,
    options: { "--src-range": rangeOf("source"), "--dst-range": rangeOf("destination") },
  },
  // One type only: for IPv6 the kernel takes several for all of them at once.
  addrtype: {
    canNegate: true,
    single: true,
    options: { "--src-type": localityOf("source"), "--dst-type": localityOf("destination") },
  },
  // Only of established packets is asked which way they go; an error about a flow goes either way.
  conntrack: {
    options: {
      "--ctstate": (words) => {
        const state = words.next();
        if (state === "RELATED") return [{ kind: "state", state: "related" }];
        if (state === "DNAT") return [{ kind: "rewritten" }];
        if (state !== "ESTABLISHED" || words.next() !== "--ctdir" || words.next() !== "REPLY")
          return words.fail("a state of a connection that is not known");
        return [{ kind: "state", state: "established-reply" }];
      },
    },
  },
  mark: {
    options: {
      "--mark": (words) => {
        const [value = "", mask = "0xffffffff", ...more] = words.next().split("/");
        const isMark = [value, mask].every((text) => /^0x[0-9a-f]{1,8}$/.test(text));
        if (!isMark || more.length > 0) return words.fail("no mark");
        return [{ kind: "mark", value: Number(value), mask: Number(mask) }];
      },
    },
  },
  cgroup: {
    options: {
      "--path": (words) => {
        const path = words.next();
        const isPath = path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
        return isPath ? [{ kind: "control-group", path }] : words.fail(`no control group: ${path}`);
      },
    },
  },
  owner: { options: { "--uid-owner": ownerOf("user"), "--gid-owner": ownerOf("group") } },
  ttl: { family: "ipv4", options: { "--ttl-eq": hopsOf } },
  hl: { family: "ipv6", options: { "--hl-eq": hopsOf } },
  set: {
    canNegate: true,
    options: {
      "--match-set": (words, isNegated, { family, sets }) => {
        const name = words.next();
        const end: End | undefined = ends[words.next()];
        if (!end || sets.get(name)?.family !== family) return words.fail("no set of that name and family");
        return [{ kind: "set", end, name, isNegated }];
      },
    },
  },
  comment: {
    options: {
      "--comment": (words) => (words.next().length > 255 ? words.fail("a comment that is too long") : []),
    },
  },
};

const ends: Readonly<Record<string, End>> = { src: "source", dst: "destination" };

function portsOf(end: End, most: number): Read {
  return (words) => {
    const ranges = words
      .next()
      .split(",")
      .map((text): Range => {
        const [first = "", last = first, ...more] = text.split(":");
        const [a, b] = [words.number(65_535, first), words.number(65_535, last)];
        return more.length > 0 || a > b ? words.fail(`no ports: ${text}`) : { first: BigInt(a), last: BigInt(b) };
      })
      .sort((a, b) => Number(a.first - b.first));
    const size = ranges.reduce((sum, { first, last }) => sum + (first === last ? 1 : 2), 0);
    if (size > most || (most === 2 && ranges.length > 1)) words.fail("too many ports");
    if (ranges.some((range, i) => i > 0 && (ranges[i - 1] as Range).last >= range.first)) words.fail("ports twice");
    return [{ kind: "ports", end, ranges }];
  };
}

function typeOf(names: Readonly<Record<string, number>>): Read {
  return (words) => {
    const text = words.next();
    return [{ kind: "type", number: names[text] ?? words.number(255, text) }];
  };
}

function rangeOf(end: End): Read {
  return (words, isNegated, { family }) => {
    const text = words.next();
    const range = text.includes("-") ? readRange(text, family) : undefined;
    return range ? [{ kind: "address", end, ranges: [range], isNegated }] : words.fail(`${text} is no range`);
  };
}

function localityOf(end: End): Read {
  return (words, isNegated, { family }) => {
    const type = words.next().toLowerCase();
    const side = words.take("--limit-iface-in") ? "in" : words.take("--limit-iface-out") ? "out" : undefined;
    const isType = (text: string): text is LocalityType =>
      text === "local" || text === "multicast" || (text === "broadcast" && family === "ipv4");
    // Of a network broadcast, and of a group, the kernel would have to know the interface.
    if (!isType(type) || (!side && type !== "local")) return words.fail("a type of address that is not known");
    return [{ kind: "locality", end, side, type, isNegated }];
  };
}

function ownerOf(field: "user" | "group"): Read {
  return (words) => [{ kind: "owner", field, id: words.number(4_294_967_294) }];
}

function hopsOf(words: Words): readonly Condition[] {
  return [{ kind: "hops", count: words.number(255) }];
}
