import { lineMutantsOf, type Mutant, numbers, type Word, wordsOf } from "./words.ts";

export interface Tried extends Mutant {
  readonly file: string;
}

/** Every word and every line of every file for iptables that a policy compiles to, changed in every way. */
export const mutantsIn = (files: ReadonlyMap<string, string>): readonly Tried[] =>
  [...files]
    .filter(([file]) => /\.(v4|v6|ipset)$/.test(file))
    .flatMap(([file, text]) =>
      [...wordsOf(text).flatMap((word) => changed(text, word)), ...lineMutantsOf(text)].map((mutant) => ({
        file,
        ...mutant,
      })),
    );

/** Words that stand for each other in the language. */
const families: readonly (readonly string[])[] = [
  ["RETURN", "DROP", "ACCEPT", "REJECT"],
  ["-j", "-g"],
  ["-A", "-I", "-R", "-D", "-F"],
  ["-s", "-d"],
  ["-i", "-o"],
  ["tcp", "udp", "icmp", "icmpv6"],
  ["--sport", "--dport"],
  ["--sports", "--dports"],
  ["--src-type", "--dst-type"],
  ["--limit-iface-in", "--limit-iface-out"],
  ["LOCAL", "BROADCAST", "MULTICAST", "UNICAST"],
  ["ESTABLISHED", "RELATED", "NEW"],
  ["REPLY", "ORIGINAL"],
  ["--uid-owner", "--gid-owner"],
  ["--src-range", "--dst-range"],
  ["src", "dst"],
  ["tcp-reset", "icmp-port-unreachable", "icmp6-port-unreachable"],
  ["OUTPUT", "INPUT", "FORWARD", "POSTROUTING", "PREROUTING"],
  ["*mangle", "*filter", "*nat"],
  ["echo-request", "echo-reply", "timestamp-request"],
  ["destination-unreachable", "time-exceeded", "parameter-problem", "packet-too-big"],
  ["router-solicitation", "router-advertisement", "neighbour-solicitation", "neighbour-advertisement"],
  ["inet", "inet6"],
  ["hash:net", "hash:ip"],
  ["create", "add", "flush"],
];

function changed(text: string, word: Word): readonly Mutant[] {
  const end = word.start + word.text.length;
  const chains = [...new Set([...text.matchAll(/^:(\S+) /gm)].map(([, name = ""]) => name))];
  const at = chains.indexOf(word.text);
  const others = [
    ...families.filter((family) => family.includes(word.text)).flat(),
    ...(at < 0 ? [] : [chains[at - 1] ?? "OUTPUT", chains[at + 1] ?? "ksp_other"]),
    ...(word.text === "!" ? [] : [`! ${word.text}`]),
    ...numbers(word.text),
    `${word.text}x`,
  ];
  return ["", ...new Set(others.filter((by) => by !== word.text))].map((to) => ({
    line: word.line,
    from: word.text,
    to,
    text: text.slice(0, word.start) + to + text.slice(end),
  }));
}

const lineOf = ({ file, line }: Tried, files: ReadonlyMap<string, string>): string =>
  files.get(file)?.split("\n")[line - 1] ?? "";

/** The only changes that no packet can notice, and why. `line` is the one that was changed. */
const harmless: readonly {
  readonly is: (mutant: Tried, line: string) => boolean;
  readonly because: string;
}[] = [
  {
    is: ({ from, to }, line) => line.includes(`--comment ${from}`) && /^[a-z]/.test(to),
    because: "the comment of a rule decides nothing",
  },
  { is: ({ from, to }) => [from, to].toSorted().join() === "-g,-j", because: "nothing comes back from the chain" },
  {
    is: ({ from, to }) => /^ksp_closed_/.test(from) && /^ksp_/.test(to),
    because: "the other chain refuses these packets, too",
  },
  {
    is: (_, line) => line === "-A ksp_forward -g ksp_closed_forward",
    because: "the hook's own last rule drops, too",
  },
  {
    is: ({ from }, line) => /^198\.51\.100\.\d+$/.test(from) && / -g /.test(line),
    because: "nothing opens the server to others",
  },
  {
    is: (_, line) => /--comment watch-.* -j RETURN/.test(line),
    because: "the tunnel is open to everyone, so to the probe as well",
  },
  {
    is: (_, line) => /--comment (tunnel|built-in-(source|dns|loopback))\S* -g /.test(line),
    because: "nothing behind the refusal lets these packets pass",
  },
  {
    is: ({ from, to }) => from.includes("\n") || to.includes("\n") || from === to,
    because: "said twice, or before its neighbour of the same verdict",
  },
];

export const isHarmless = (mutant: Tried, files: ReadonlyMap<string, string>): boolean =>
  harmless.some(({ is }) => is(mutant, lineOf(mutant, files)));
