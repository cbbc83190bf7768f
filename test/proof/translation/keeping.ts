import { icmpTypes, icmpv6Types } from "../../../src/net/protocol.ts";
import type { Random } from "../../fuzz/random.ts";

/** Says the same in other words. Undefined: there is nothing of the kind in the text. */
export interface Rewording {
  readonly name: string;
  readonly of: (text: string, random: Random) => string | undefined;
}

export const rewordings: readonly Rewording[] = [
  replaced("a comment of a rule", /comment "([^"]*)"/g, () => 'comment "something else"'),
  replaced("no comment of a rule", / comment "[^"]*"/g, () => ""),
  replaced("no counter", /\bcounter /g, () => ""),
  replaced("more space", / (?=\S)/g, () => " \t  "),
  replaced("a comment of the file", /(?<=\n)(?=\t\t\S)/g, () => "\t# policy, { accept; drop }\n\n"),
  replaced("a semicolon at the end", /(?<=\t(?:goto|jump) \S+)(?=\n)/g, () => ";"),
  replaced("no semicolon at the end", /(?<=policy (?:drop|accept));(?=\n)/g, () => ""),
  replaced("braces around one", /(?<=\b[ds]port +)\d+(?= )/g, ([port]) => `{ ${port} }`),
  replaced("braces around an address", /(?<=\bip +[ds]addr +)\d[\d./]*(?= )/g, ([address]) => `{ ${address} }`),
  replaced("elements in another order", /\{ ([^{}\n:*]+, [^{}\n]+?) \}/g, ([, list = ""], random) => {
    const [first = "", ...rest] = list.split(", ");
    return `{ ${random.chance(0.5) ? [...rest, first].join(", ") : [first, ...rest].toReversed().join(", ")} }`;
  }),
  replaced(
    "elements on lines of their own",
    /(?<=\{ )([^{}\n:*]+), (?=[^{}\n]+ \})/g,
    ([, list = ""]) => `\n${list},\n`,
  ),
  // A refusal by a set of intervals is another one while the kernel fills the set.
  replaced(
    "both halves of a prefix",
    /(?<=\bip +[ds]addr (?:!= )?)(\d+\.\d+\.\d+\.\d+)\/(\d+)(?= [^\n]*\baccept\b)/g,
    halved,
  ),
  replaced(
    "a prefix as a range",
    /(?<=\bip +[ds]addr (?:!= )?)(\d+\.\d+\.\d+\.\d+)\/(\d+)(?= )/g,
    ([, first = "", bits]) => {
      const last = ipv4Of(numberOf(first) + 2 ** (32 - Number(bits)) - 1);
      return `${first}-${last}`;
    },
  ),
  replaced(
    "an IPv6 address in full",
    /(?<=addr +)([0-9a-f]+:[0-9a-f:]*::[0-9a-f]*|[0-9a-f]+::[0-9a-f]*)(?=[ /])/g,
    ([, address = ""]) => inFull(address),
  ),
  replaced(
    "both parts of a range of ports",
    /(?<=\b[ds]port )(\d+)-(\d+)(?= [^\n]*\baccept\b)/g,
    ([, first, last]) => `{ ${first}, ${Number(first) + 1 < Number(last) ? `${Number(first) + 1}-` : ""}${last} }`,
  ),
  replaced("a type by its number", /(icmp(?:v6)?) type ([a-z0-9-]+)(?= )/g, ([all = "", protocol, name = ""]) => {
    const number = (protocol === "icmp" ? icmpTypes : icmpv6Types)[name];
    return number === undefined ? all : `${protocol} type ${number}`;
  }),
  replaced("protocols by their numbers", /l4proto \{ tcp, udp \}/g, () => "l4proto { 17, 6 }"),
  replaced("a mark in decimals", /(?<=meta mark )0x[0-9a-f]+(?= )/g, ([mark]) => `${Number(mark)}`),
  replaced("a priority by its number", /priority srcnat \+ 200/g, () => "priority 300"),
  replaced("a priority by its name", /priority filter/g, () => "priority 0"),
  replaced("questions in another order", /\b(ip saddr [^\s{!]+) +(ip daddr [^\s{!]+)(?= )/g, ([, a, b]) => `${b} ${a}`),
  replaced(
    "a state behind the ports",
    /\b((?:tcp|udp) [ds]port \d+) (ct state \S+ ct direction \S+)(?= )/g,
    ([, a, b]) => `${b} ${a}`,
  ),
  replaced("a rule twice", /^\t\t(?!type ).*\b(?:accept|drop|return)\b.*\n/gm, ([rule]) => `${rule}${rule}`),
  replaced(
    "a rule that nothing meets",
    /^(?=\t\t(?!type |arp |\d|[0-9a-f]*:|elements|flags).*\b(?:goto|jump|accept) ?.*$)/gm,
    () => "\t\tmeta mark 1 meta mark 2 accept\n",
  ),
  replaced("a jump and a return", /^\t\tgoto (\S+)\n/gm, ([, chain]) => `\t\tjump ${chain}\n\t\treturn\n`),
  replaced("a chain that nobody calls", /\n\tchain /g, () => "\n\tchain nobody {\n\t\taccept\n\t}\n\n\tchain "),
  replaced(
    "a chain between two",
    /(?<=\n)\tchain (out|in|through) \{\n\t\tgoto (\S+)\n\t\}/g,
    ([, chain, to]) => `\tchain between {\n\t\tgoto ${to}\n\t}\n\n\tchain ${chain} {\n\t\tgoto between\n\t}`,
  ),
  { name: "neighbours of one verdict swapped", of: swapped },
  { name: "a rule for each port", of: portByPort },
];

/** One place, or all of them, said otherwise. */
function replaced(name: string, pattern: RegExp, by: (found: readonly string[], random: Random) => string): Rewording {
  return {
    name,
    of: (text, random) => {
      const places = [...text.matchAll(pattern)].filter(({ index }) => !isComment(text, index));
      if (places.length === 0) return undefined;
      const { index, ...found } = random.pick(places);
      const words = Object.values(found).filter((word) => typeof word === "string");
      return text.slice(0, index) + by([...words], random) + text.slice(index + (words[0]?.length ?? 0));
    },
  };
}

function isComment(text: string, at: number): boolean {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  return /^\s*#/.test(text.slice(start, text.indexOf("\n", at)));
}

/** Two rules, one after the other, that both accept, or both send the packet back. */
function swapped(text: string, random: Random): string | undefined {
  const lines = text.split("\n");
  const verdict = (line = "") => (/^\t\t[^#\n].* counter (accept|return) comment/.exec(line) ?? [])[1];
  const isOne = (i: number): boolean => verdict(lines[i]) !== undefined && verdict(lines[i]) === verdict(lines[i + 1]);
  const places = [...lines.keys()].filter(isOne);
  if (places.length === 0) return undefined;
  const at = random.pick(places);
  return lines.toSpliced(at, 2, lines[at + 1] ?? "", lines[at] ?? "").join("\n");
}

function portByPort(text: string, random: Random): string | undefined {
  const lines = text.split("\n");
  const pattern = /^(.* [ds]port )\{ (\d+), (\d+) \}( +counter .*)$/;
  const places = [...lines.keys()].filter((i) => pattern.test(lines[i] ?? ""));
  if (places.length === 0) return undefined;
  const at = random.pick(places);
  const [, before = "", a = "", b = "", after = ""] = pattern.exec(lines[at] ?? "") ?? [];
  return lines.toSpliced(at, 1, before + a + after, before + b + after).join("\n");
}

function halved([whole = "", first = "", bits = ""]: readonly string[]): string {
  const length = Number(bits) + 1;
  if (length > 32) return whole;
  return `{ ${first}/${length}, ${ipv4Of(numberOf(first) + 2 ** (32 - length))}/${length} }`;
}

const numberOf = (address: string): number => address.split(".").reduce((sum, part) => 256 * sum + Number(part), 0);
const ipv4Of = (value: number): string => [24, 16, 8, 0].map((bits) => Math.floor(value / 2 ** bits) % 256).join(".");

function inFull(address: string): string {
  const [head = "", tail = ""] = address.split("::");
  const [before, after] = [head, tail].map((half) => half.split(":").filter((group) => group !== ""));
  const zeros = Array.from({ length: 8 - (before?.length ?? 0) - (after?.length ?? 0) }, () => "0");
  return [...(before ?? []), ...zeros, ...(after ?? [])].join(":");
}
