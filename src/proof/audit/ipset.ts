import type { Addresses } from "../address-classes.ts";
import { AddressList } from "../readers/nft/addresses.ts";
import type { IpFamily } from "../readers/nft/program.ts";
import type { Test } from "./rules.ts";
import { either, known } from "./test-forms.ts";

/** Sets as `ipset save` lists them: of what their elements are made, and the elements. */
export type IpSets = ReadonlyMap<string, IpSet>;
interface IpSet {
  readonly family: IpFamily;
  /** `ip`, `net`, `port`, `iface`, … */
  readonly parts: readonly string[];
  readonly elements: readonly string[];
  /** Elements that are left out of others. */
  readonly hasExceptions: boolean;
}

export function readIpSets(text: string): IpSets {
  const sets = new Map<string, IpSet & { readonly elements: string[] }>();
  for (const line of text.split("\n")) {
    const [command, name = "", first = "", ...more] = line.trim().split(/\s+/);
    if (command === "create") {
      const family = more[more.indexOf("family") + 1] === "inet6" ? "ipv6" : "ipv4";
      sets.set(name, { family, parts: first.split(":")[1]?.split(",") ?? [], elements: [], hasExceptions: false });
    } else if (command === "add") {
      const set = sets.get(name);
      set?.elements.push(more.includes("wildcard") ? `${first}+` : first);
      if (set && more.includes("nomatch")) sets.set(name, { ...set, hasExceptions: true });
    }
  }
  return sets;
}

/** `-m set --match-set NAME src,dst`. */
export function testOfSet(name: string, ends: string, sets: IpSets): Test {
  const unknown: Test = { kind: "unknown", words: `the set ${name}`, within: [] };
  const set = sets.get(name);
  if (!set || set.hasExceptions) return unknown;
  const { family, parts, elements } = set;
  const sides = ends.split(",");
  if (parts.length === 1 && (parts[0] === "ip" || parts[0] === "net")) {
    const among = rangesOf(family, elements);
    const end = sides[0] === "src" ? "source" : "destination";
    return among ? known({ kind: "address", end, family, among, isNegated: false }) : unknown;
  }
  const of = elements.map((element) =>
    element.split(",").map((value, i) => testOfPart(parts[i] ?? "", value, sides[i] ?? "", family) ?? unknown),
  );
  return of.length === 0 ? { kind: "never" } : { kind: "either", of };
}

function testOfPart(part: string, value: string, side: string, family: IpFamily): Test | undefined {
  const end = side === "src" ? "source" : "destination";
  switch (part) {
    case "ip":
    case "net": {
      const among = rangesOf(family, [value]);
      return among && known({ kind: "address", end, family, among, isNegated: false });
    }
    case "port": {
      const [, protocol = "", ports = ""] = /^(?:(\w+):)?(\d+(?:-\d+)?)$/.exec(value) ?? [];
      const numbers = protocol === "" ? [6, 17] : [{ tcp: 6, udp: 17, sctp: 132, udplite: 136 }[protocol]];
      const [first, last = first] = ports.split("-").map(Number);
      if (first === undefined || last === undefined || first > last || last > 65535) return undefined;
      const tests = numbers.map((number): Test | undefined =>
        number === undefined
          ? undefined
          : known({ kind: "port", end, protocol: number, spans: [{ first, last }], isNegated: false }),
      );
      return tests.every((test) => test !== undefined) ? either(tests) : undefined;
    }
    case "iface": {
      if (value.startsWith("physdev:")) return undefined;
      const isPrefix = value.endsWith("+");
      const names = [{ name: isPrefix ? value.slice(0, -1) : value, isPrefix }];
      return known({ kind: "name", side: side === "src" ? "in" : "out", names, isNegated: false });
    }
    default:
      return undefined;
  }
}

/** Sorted and without overlaps; undefined where one is no address of the family. */
export function rangesOf(family: IpFamily, texts: readonly string[]): Addresses | undefined {
  const all = texts.map((text) => {
    const list = new AddressList(family, 1);
    const fault = list.add(text, 0, text.length);
    return fault === undefined ? list.finish()?.[0] : undefined;
  });
  const found: { first: bigint; last: bigint }[] = [];
  for (const range of all.toSorted((a, b) => ((a?.first ?? 0n) < (b?.first ?? 0n) ? -1 : 1))) {
    if (!range) return undefined;
    const before = found.at(-1);
    if (before && range.first <= before.last + 1n) before.last = before.last < range.last ? range.last : before.last;
    else found.push({ ...range });
  }
  return found;
}
