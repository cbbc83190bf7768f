import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import { type Address, type Family, formatAddress, width } from "../net/address.ts";
import { type AddressSet, contains, everything, formatRange, isSubset, ofFamily } from "../net/address-set.ts";
import type { Configuration, Endpoint, Note } from "./configuration.ts";
import { withMarks } from "./marks.ts";
import { distinctNames, fileStem, nameLike } from "./names.ts";

export interface Proposal {
  /** Follows the grammar; holds no secret. */
  readonly text: string;
  readonly notes: readonly Note[];
  /** Where there is one, the policy does not compile before it is answered. */
  readonly questions: readonly Diagnostic[];
}

/** What is found out while the policy is written. */
interface Draft {
  readonly notes: Note[];
  readonly questions: Diagnostic[];
  readonly ipv6: boolean;
}
interface Hop extends Configuration {
  readonly name: string;
}

/** The policy of one tunnel, or of several that are nested in this order. Each value is written out; nothing is left to a default. */
export function propose(configurations: readonly Configuration[]): Proposal {
  const notes: Note[] = [];
  const names = distinctNames(
    configurations.map(({ file, device }) => fileStem(file) || device),
    "vpn",
  );
  const hops = withMarks(configurations, notes).map((hop, i): Hop => ({ ...hop, name: names[i] ?? "vpn" }));
  const exit = hops.at(-1);
  if (!exit) return { text: "", notes, questions: [] };
  const draft: Draft = { notes, questions: [], ipv6: goesThrough(exit, "ipv6") || isSplit(exit) };
  const policy = nameLike(hops.map(({ name }) => name).join("-"), "home");
  const blocks = [
    ["ksp 1", `policy ${policy}`],
    [
      "# Written by `ksp init`. Nothing leaves outside the tunnel but what stands here.",
      ...tunnel(draft, hops[0] ?? exit),
    ],
    ...hops.slice(1).map((hop) => tunnel(draft, hop)),
    ...(hops.length > 1 ? [chain(draft, hops, policy)] : []),
    [...dns(draft, exit), ipv6(draft, exit)],
    [
      "allow dhcp  # remove it where this machine has a fixed address",
      "# allow lan  # printers and the like in private networks",
    ],
    ...hops.map((hop) => watch(draft, hop, hops)),
  ];
  notes.push({
    kind: "decided",
    text: "`allow dhcp`: without it most machines lose their network; `allow lan` stands ready as a comment",
  });
  return { text: blocks.map((lines) => `${lines.join("\n")}\n`).join("\n"), notes, questions: draft.questions };
}

/** Notes a question and gives the comment that marks its place. */
function ask({ questions }: Draft, what: string, answer: string, at?: Span): string {
  questions.push(diagnostic("KSP5023", { what }, { ...(at && { at }), help: answer }));
  return `  # ANSWER: ${answer}`;
}

/** A list that is declared nowhere: the policy does not compile while it stands there. */
const blank = (what: string, { name }: Hop): string => `@${nameLike(`${what}-${name}`, what)}`;

// ---- tunnels -------------------------------------------------------------------------------------------------------

function tunnel(draft: Draft, hop: Hop): readonly string[] {
  return [
    `tunnel ${hop.name} {`,
    `  protocol ${hop.protocol}`,
    `  interface "${hop.device}"`,
    ...servers(draft, hop),
    `  ${carrier(draft, hop)}`,
    `  ${address(draft, hop)}`,
    `  ${carries(draft, hop)}`,
    "}",
  ];
}

/** Two lines of one configuration may say the same. */
function servers(draft: Draft, hop: Hop): readonly string[] {
  const lines = new Map(hop.servers.map((server) => [serverLine(server), server]));
  const answer = "`ksp pin` looks them up; or by hand, behind `at`, as their owner names them";
  const asked = new Set<string>();
  return [...lines].map(([line, { host, at }]) => {
    if (typeof host !== "string") return line;
    if (!asked.has(host)) ask(draft, `the addresses of \`${host}\``, answer, at);
    asked.add(host);
    // As true behind the addresses as before.
    return `${line}  # its addresses: by \`ksp pin\`, or by hand`;
  });
}

/** A name without addresses does not compile. Nothing is looked up here: any network would answer. */
function serverLine({ host, protocol, port }: Endpoint): string {
  const peer = typeof host === "string" ? `host "${host}"` : formatAddress(host);
  return `  server ${peer} ${protocol} ${port}`;
}

function carrier(draft: Draft, { identity, protocol }: Hop): string {
  if (identity?.kind === "user-name") {
    const { name, at } = identity;
    const answer = `the number of the user that starts OpenVPN (\`id -u ${name}\`)`;
    draft.notes.push({
      kind: "to do",
      text: `start OpenVPN as \`${name}\`: its own \`user\` leaves the first socket to root, which the policy would not let out; or give it \`mark 27507\` and \`disable-dco\`, and write \`carrier mark 0x6b73\``,
      at,
    });
    return `carrier user "${name}"${ask(draft, `the number of the user \`${name}\``, answer, at)}`;
  }
  const { value = 0, by } = identity ?? {};
  return `carrier mark 0x${value.toString(16)}  # ${whyMarked(by, protocol, value)}`;
}

function whyMarked(by: string | undefined, protocol: Hop["protocol"], value: number): string {
  if (by === "wg-quick") return "set by wg-quick, which carries a default route";
  if (protocol === "wireguard")
    return by === "configuration" ? "its FwMark" : `to be added to its configuration: FwMark = 0x${value.toString(16)}`;
  return by === "configuration" ? "its mark" : `to be added to its configuration: mark ${value}`;
}

function address(draft: Draft, hop: Hop): string {
  const { addresses, device } = hop;
  if (addresses === "assigned") return "address assigned";
  if (addresses) {
    const whole = addresses.map((one) => `${formatAddress(one)}/${width(one.family)}`);
    return `address ${[...new Set(whole)].join(", ")}`;
  }
  const answer = `the address of this machine in \`${device}\``;
  return `address ${blank("address", hop)}${ask(draft, `the address of \`${device}\``, answer)}`;
}

function carries(draft: Draft, hop: Hop): string {
  if (!hop.carries) {
    const what = `what goes into \`${hop.device}\``;
    const answer = "`everything`, where the server pushes `redirect-gateway`; else the networks behind it";
    return `carries ${blank("carried", hop)}${ask(draft, what, hop.protocol === "openvpn" ? answer : "the networks of `AllowedIPs`")}`;
  }
  const isAll = (family: Family) => isSubset([everything(family)], hop.carries ?? []);
  const hasNoIpv4 = ofFamily(hop.carries, "ipv4").length === 0;
  if (!isAll("ipv4") && !(isAll("ipv6") && hasNoIpv4)) {
    const text = `nothing leaves but into the networks of \`${hop.device}\`; \`allow out to …\` opens others outside the tunnel`;
    draft.notes.push({ kind: "decided", text });
    return `carries ${listed(hop.carries).join(", ")}`;
  }
  return hop.named.length === 0 ? "carries everything" : `carries everything and ${listed(hop.named).join(", ")}`;
}

function chain(draft: Draft, hops: readonly Hop[], policy: string): readonly string[] {
  draft.notes.push({
    kind: "to do",
    text: "route the packets of each inner tunnel into the one before it: ksp only drops those that leave by another way",
  });
  const name = distinctNames([...hops.map(({ name }) => name), policy], "hops").at(-1) ?? "hops";
  return [`chain ${name} = ${hops.map((hop) => hop.name).join(" -> ")}`];
}

// ---- what goes through ---------------------------------------------------------------------------------------------

const listed = (set: AddressSet): readonly string[] => set.map(formatRange);

/** All of a family goes into this tunnel, and the machine has an address of it there. */
function goesThrough({ carries, addresses }: Hop, family: Family): boolean {
  return isSubset([everything(family)], carries ?? []) && hasAddress(addresses, family);
}
/** Networks of both families and no default route: what is not named leaves nowhere, whatever its family. */
const isSplit = ({ carries = [], addresses }: Hop): boolean =>
  ofFamily(carries, "ipv6").length > 0 &&
  hasAddress(addresses, "ipv6") &&
  !isSubset([everything("ipv4")], carries) &&
  ofFamily(carries, "ipv4").length > 0;
const hasAddress = (addresses: Hop["addresses"], family: Family): boolean =>
  addresses === "assigned" || (addresses ?? []).some((address) => address.family === family);

/** Resolvers that can be asked through the tunnel. */
const reached = ({ ipv6 }: Draft, { resolvers, carries, addresses }: Hop): readonly Address[] =>
  resolvers.filter(
    (resolver) =>
      (resolver.family === "ipv4" || ipv6) &&
      (addresses === undefined || hasAddress(addresses, resolver.family)) &&
      (!carries || contains(carries, resolver)),
  );

function dns(draft: Draft, exit: Hop): readonly string[] {
  const inside = [...new Set(reached(draft, exit).map(formatAddress))];
  const outside = [...new Set(exit.resolvers.map(formatAddress))].filter((text) => !inside.includes(text));
  if (outside.length > 0)
    draft.notes.push({
      kind: "left out",
      text: `the resolvers ${outside.join(", ")}: \`${exit.device}\` does not carry them, and outside the tunnel every name that is asked is told to others`,
    });
  if (inside.length > 0) return [`dns ${inside.join(", ")} through ${exit.name}  # any other DNS is dropped`];
  const answer = "a resolver inside the tunnel; or `dns none`";
  return [
    `dns ${blank("resolver", exit)} through ${exit.name}${ask(draft, "which resolver stands inside the tunnel", answer)}`,
  ];
}

function ipv6(draft: Draft, exit: Hop): string {
  const text = draft.ipv6
    ? `\`ipv6 tunnel\`: the tunnel has an IPv6 address and carries ${isSplit(exit) ? "networks of it" : "`::/0`"}`
    : `\`ipv6 block\`: ${hasAddress(exit.addresses, "ipv6") ? "the tunnel does not carry `::/0`" : "the tunnel has no IPv6 address"}`;
  draft.notes.push({ kind: "decided", text });
  return `ipv6 ${draft.ipv6 ? "tunnel" : "block"}`;
}

function watch(draft: Draft, hop: Hop, hops: readonly Hop[]): readonly string[] {
  const [target] = reached(draft, hop);
  const probe = (text: string) => `  heartbeat ${text} every 1s lost after 3`;
  const asked = () =>
    probe(blank("heartbeat", hop)) +
    ask(
      draft,
      `an address behind \`${hop.device}\` that answers a ping`,
      "an address in the tunnel that answers a ping",
    );
  const heartbeat = target ? [probe(formatAddress(target))] : hop.protocol === "wireguard" ? [asked()] : [];
  if (target)
    draft.notes.push({
      kind: "decided",
      text: `the heartbeat of \`${hop.name}\` asks its resolver, ${formatAddress(target)}`,
    });
  return [`watch ${hop.name} {`, "  interface", ...management(draft, hop, hops), ...heartbeat, "}"];
}

/** One place cannot belong to two of them. */
function management({ notes }: Draft, { name, channel }: Hop, hops: readonly Hop[]): readonly string[] {
  if (channel === undefined || hops.filter((other) => other.channel === channel).length > 1) return [];
  notes.push({
    kind: "decided",
    text: `the watch of \`${name}\` asks OpenVPN for its state, at ${channel}`,
  });
  return [`  management "${channel}"`];
}
