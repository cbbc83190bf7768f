/** One word of a rule made wrong, as a slip in the emitter would. */
export interface Mutation {
  readonly name: string;
  /** The line made wrong in each possible way. */
  readonly of: (line: string, file: string) => readonly string[];
}

const without = (name: string, pattern: RegExp): Mutation => ({
  name: `without ${name}`,
  of: (line) => [...line.matchAll(pattern)].map((found) => cut(line, found, " ")),
});

const cut = (line: string, { index, 0: { length } }: RegExpExecArray, by: string): string =>
  line.slice(0, index) + by + line.slice(index + length);

const changed = (name: string, pattern: RegExp, by: (word: string, file: string) => readonly string[]): Mutation => ({
  name,
  of: (line, file) =>
    [...line.replace(/comment .*/, "").matchAll(pattern)].flatMap((found) =>
      by(found[0], file).map((word) => cut(line, found, word)),
    ),
});

/** States go to classes, and only classes to deeper chains: the chains of one depth stand for each other. */
const depth = (chain: string): string => (/_(?:down|up|hop\d+)$/.test(chain) ? "state" : `${chain.split("_").length}`);

const ipv4 = /\b\d+\.\d+\.\d+\.\d+\b(?![/-])/g;
const value = String.raw`(?:!= )?(?:\{[^}]*\}|\S+)`;

export const mutations: readonly Mutation[] = [
  changed("refused, not accepted", /\baccept\b/g, () => ["return"]),
  changed("accepted, not refused", /\breturn\b/g, () => ["accept"]),
  without("address", new RegExp(String.raw`\bip6? +[sd]addr +${value} `, "g")),
  without("port", new RegExp(String.raw`\b(?:tcp|udp|th) [sd]port +${value} `, "g")),
  without("mark", /\bmeta mark (?:& \S+ == )?\S+ /g),
  without("user", /\bmeta sk[ug]id \S+ /g),
  without("kind", /\bmeta [io]ifkind (?:\{[^}]*\}|\S+) /g),
  without("family", /\bmeta nfproto \S+ /g),
  without("protocol", /\bmeta l4proto \d+ /g),
  without("ICMP type", new RegExp(String.raw`\bicmp(?:v6)? type ${value} `, "g")),
  without("hop limit", /\bip(?:6 hoplimit| ttl) \d+ /g),
  without("locality", new RegExp(String.raw`\bfib \S+(?: \. \S+)? type ${value} `, "g")),
  without("state", /\bct state \S+ /g),
  without("direction", /\bct direction \S+ /g),
  changed("the next address", ipv4, (word) => [word.replace(/\d+$/, (n) => `${Number(n) ^ 1}`)]),
  changed("a wider prefix", /\/\d+\b/g, (word) => (word === "/0" ? [] : [`/${Number(word.slice(1)) - 1}`])),
  changed("one port more", /(?<=port +)\d+(?= )/g, (word) => [`${word}-${Number(word) + 1}`]),
  changed("another port", /(?<=port +)\d+(?= )/g, (word) => [`${Number(word) + 1}`]),
  changed("the other end", /\b[sd]addr\b|\b[sd]port\b/g, (word) => [
    word.startsWith("s") ? `d${word.slice(1)}` : `s${word.slice(1)}`,
  ]),
  changed("positive, not negative", /!= (?!0)/g, () => [""]),
  changed("another chain", /(?<=(?:goto|jump) )\S+/g, (word, file) =>
    [...file.matchAll(/^\tchain (\S+)/gm)]
      .flatMap(([, name = ""]) => name)
      .filter((name) => name !== word && name.split("_")[0] === word.split("_")[0] && depth(name) === depth(word))
      .slice(0, 2),
  ),
];
