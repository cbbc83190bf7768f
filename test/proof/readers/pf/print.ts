import type { Comparison, Criteria, Host, IdTest, Ruleset, Scrub } from "../../../../src/proof/readers/pf/program.ts";

/** As `pfctl -sr` prints what is loaded: OpenBSD 4.3's print_rule, and `-sr`'s names of anchors. Scrub comes first. */
export const printed = ({ scrubs, entries }: Ruleset): string =>
  [...scrubs.map(scrubText), ...entries.map(ruleText)].map((line) => `${line}\n`).join("");

const scrubText = (scrub: Scrub): string =>
  words(
    scrub.path === undefined ? "scrub" : `scrub-anchor ${pathText(scrub.path, scrub.isWildcard)}`,
    scrub.direction,
    on(scrub),
    place(scrub),
    scrub.reassembles ? "fragment reassemble" : "fragment crop",
  );

const pathText = (path: string, isWildcard: boolean): string => `"${path}${isWildcard ? "/*" : ""}"`;

function ruleText(entry: Ruleset["entries"][number]): string {
  const { direction, isQuick } = entry;
  const quick = isQuick && "quick";
  if (entry.kind === "anchor")
    return words(`anchor ${pathText(entry.path, entry.isWildcard)}`, direction, quick, on(entry), place(entry));
  const isPass = entry.action === "pass";
  const canBeTcp = (entry.protocol ?? 6) === 6;
  const takesAny = isPass && canBeTcp && !entry.isOpening && entry.keeps !== "no state" && !entry.isOfFragments;
  const { icmp } = entry;
  return words(
    isPass ? "pass" : `block ${entry.action}`,
    direction,
    entry.isLogged && "log",
    quick,
    on(entry),
    place(entry),
    owner("user", entry.user),
    owner("group", entry.group),
    entry.isOpening ? "flags S/SA" : takesAny && "flags any",
    icmp && `${entry.protocol === 58 ? "icmp6-type" : "icmp-type"} ${icmpName(entry.protocol, icmp.type)}`,
    icmp?.code !== undefined && `code ${icmp.code}`,
    isPass && { "no state": "no state", floating: "keep state", "if-bound": "keep state (if-bound)" }[entry.keeps],
    entry.isOfFragments && "fragment",
    entry.allowsOptions && "allow-opts",
    entry.label !== undefined && `label "${entry.label}"`,
  );
}

const words = (...parts: readonly (string | false | undefined)[]): string => parts.filter((part) => part).join(" ");

const on = ({ interface: named }: Criteria): string => (named ? `on ${named.isNegated ? "! " : ""}${named.name}` : "");

const protocols: Readonly<Record<number, string>> = {
  1: "icmp",
  2: "igmp",
  6: "tcp",
  17: "udp",
  50: "esp",
  58: "ipv6-icmp",
};

function place({ version, protocol, source, sourcePort, destination, destinationPort }: Criteria): string {
  const family = version && (version === 4 ? "inet" : "inet6");
  const proto = protocol !== undefined && `proto ${protocols[protocol] ?? protocol}`;
  const isAll = source.kind === "any" && destination.kind === "any" && !sourcePort && !destinationPort;
  return words(
    family,
    proto,
    isAll ? "all" : words("from", host(source), port(sourcePort), "to", host(destination), port(destinationPort)),
  );
}

function host(of: Host): string {
  const not = of.isNegated ? "! " : "";
  switch (of.kind) {
    case "net": {
      const { version, first, last } = of.net;
      const length = (version === 4 ? 32 : 128) - (last - first).toString(2).replace(/^0$/, "").length;
      return `${not}${address(version, first)}${first === last ? "" : `/${length}`}`;
    }
    case "table":
      return `${not}<${of.name}>`;
    case "interface":
      return `${not}(${of.name})`;
    default:
      return of.kind;
  }
}

function address(version: 4 | 6, value: bigint): string {
  const bits = version === 4 ? 8n : 16n;
  const groups = Array.from(
    { length: version === 4 ? 4 : 8 },
    (_, i) => (value >> (bits * BigInt(i))) & ((1n << bits) - 1n),
  );
  return groups
    .reverse()
    .map((group) => group.toString(version === 4 ? 10 : 16))
    .join(version === 4 ? "." : ":");
}

const services: Readonly<Record<number, string>> = { 53: "domain", 67: "bootps", 68: "bootpc", 443: "https" };

function port(test: Comparison | undefined): string {
  if (!test) return "";
  switch (test.kind) {
    case "range":
      return `port ${test.first}:${test.last}`;
    case "inside":
      return `port ${test.first} >< ${test.last}`;
    case "outside":
      return `port ${test.first} <> ${test.last}`;
    case "=":
    case "!=":
      return `port ${test.kind} ${services[test.value] ?? test.value}`;
    default:
      return `port ${test.kind} ${test.value}`;
  }
}

function owner(field: "user" | "group", test: IdTest | undefined): string {
  if (!test) return "";
  if (test.kind === "other") throw new Error("no order of ids here");
  return `${field} ${test.kind} ${test.id}`;
}

const names: Readonly<Record<string, string>> = {
  "1 0": "echorep",
  "1 8": "echoreq",
  "58 134": "routeradv",
  "58 135": "neighbrsol",
};
const icmpName = (protocol: number | undefined, type: number): string => names[`${protocol} ${type}`] ?? `${type}`;
