/** A word of a text for nft, and where it stands. */
export interface Word {
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
  readonly start: number;
}
/** A text with something less, or with something else in its place. */
export interface Mutant {
  readonly line: number;
  /** What was left out, or changed, and into what. */
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** Comments of the file are no words; those of rules are. */
export function wordsOf(text: string): readonly Word[] {
  return [...text.matchAll(/#.*|\n|"[^"\n]*"|[{},;]|[^\s"{},;#]+/g)].reduce<{ line: number; words: Word[] }>(
    ({ line, words }, { 0: found, index }) => {
      if (found === "\n") return { line: line + 1, words };
      if (!found.startsWith("#")) words.push({ text: found, line, start: index });
      return { line, words };
    },
    { line: 1, words: [] },
  ).words;
}

/** The word left out, and every word that could stand there by a slip. */
export function mutantsOf(text: string, word: Word): readonly Mutant[] {
  const end = word.start + word.text.length;
  const others = alternatives(word.text, text).filter((by) => by !== word.text);
  return ["", ...new Set(others)].map((to) => ({
    line: word.line,
    from: word.text,
    to,
    text: text.slice(0, word.start) + to + text.slice(end),
  }));
}

/** A line left out, said twice, or changed with the next one. */
export function lineMutantsOf(text: string): readonly Mutant[] {
  const lines = text.split("\n");
  const isSaid = (line = ""): boolean => !/^\s*(#|$)/.test(line);
  return lines.flatMap((from, i) => {
    const next = lines[i + 1] ?? "";
    const changed = isSaid(next) ? [[], [from, from], [next, from]] : [[], [from, from]];
    if (!isSaid(from)) return [];
    return changed.map((to) => ({
      line: i + 1,
      from,
      to: to.join("\n"),
      text: lines.toSpliced(i, to[0] === next && next !== from ? 2 : 1, ...to).join("\n"),
    }));
  });
}

/** Words that stand for each other in the language. */
const families: readonly (readonly string[])[] = [
  ["accept", "drop", "return", "reject"],
  ["jump", "goto"],
  ["saddr", "daddr"],
  ["sport", "dport"],
  ["iifname", "oifname"],
  ["iifkind", "oifkind"],
  ["iif", "oif"],
  ["ip", "ip6"],
  ["tcp", "udp"],
  ["icmp", "icmpv6"],
  ["ttl", "hoplimit"],
  ["skuid", "skgid"],
  ["ipv4", "ipv6"],
  ["ipv4_addr", "ipv6_addr"],
  ["new", "established", "related"],
  ["original", "reply"],
  ["snat", "dnat"],
  ["local", "broadcast", "multicast", "unicast"],
  ["prerouting", "input", "forward", "output", "postrouting"],
  ["filter", "nat", "route"],
  ["raw", "mangle", "dstnat", "srcnat", "security"],
  ["inet", "arp", "ip"],
  ["flush", "delete", "add"],
  ["table", "chain", "set"],
  ["rule", "element"],
  ["interval", "timeout", "constant"],
  ["reset", "icmpx"],
  ["!=", "=="],
  ["&", "|", "^"],
  ["echo-request", "echo-reply", "timestamp-request"],
  ["nd-neighbor-solicit", "nd-neighbor-advert", "nd-router-solicit", "nd-router-advert", "nd-redirect"],
  ["mld-listener-query", "mld-listener-report", "mld-listener-done", "mld2-listener-report"],
  ["destination-unreachable", "time-exceeded", "parameter-problem", "packet-too-big", "source-quench"],
  ["second", "minute", "hour", "day"],
];

function alternatives(word: string, text: string): readonly string[] {
  const quoted = /^"(.*)"$/.exec(word)?.[1];
  if (quoted !== undefined)
    return [`"${quoted}x"`, quoted.length > 1 ? `"${quoted.slice(0, -1)}"` : '"x"', quoted, `"${quoted}*"`];
  const named = names(text);
  return [
    ...families.filter((family) => family.includes(word)).flat(),
    ...(named.includes(word) ? neighbours(named, word) : []),
    ...numbers(word),
    `${word}x`,
  ];
}

/** Of tables, chains and sets. */
const names = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/^\t?(?:chain|set) (\S+)|\b(?:goto|jump) (\S+)/gm)].map(([, a, b]) => a ?? b ?? "")),
];

function neighbours(all: readonly string[], word: string): readonly string[] {
  const at = all.indexOf(word);
  return [all[at - 1], all[at + 1]].filter((name) => name !== undefined);
}

/** Numbers, marks, ports, addresses, prefixes, ranges and times: one more, one less. */
export function numbers(word: string): readonly string[] {
  const hexadecimal = /^0x([0-9a-f]+)$/.exec(word)?.[1];
  if (hexadecimal !== undefined)
    return [1n, 0x100n].map((bit) => `0x${(BigInt(word) ^ bit).toString(16).padStart(hexadecimal.length, "0")}`);
  if (!/^@?[0-9]|:/.test(word)) return [];
  const moved = (by: number): readonly string[] =>
    [...word.matchAll(/[0-9]+/g)].slice(-2).map(({ 0: digits, index }) => {
      const number = Number(digits) + by;
      return number < 0 ? word : word.slice(0, index) + number + word.slice(index + digits.length);
    });
  return [...moved(1), ...moved(-1), ...(/^[0-9]+$/.test(word) ? [`${word}-${Number(word) + 1}`] : [])];
}
