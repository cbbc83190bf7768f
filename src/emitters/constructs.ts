import { type Plan, rulesetsOf, switchableOf } from "../ir/plan.ts";
import type { Device, Identity, StatementId } from "../ir/policy.ts";
import type { AddressMatch, InterfaceSet, Match, Rewrite, Rule, Ruleset, Stage, Zone } from "../ir/ruleset.ts";
import { type AddressSet, complement, ofFamily, toPrefixes } from "../net/address-set.ts";

/** What a policy may ask of a firewall and not every firewall can say: how it is called, and the statements of a plan that ask for it. */
export interface Construct {
  readonly text: string;
  readonly askedBy: (plan: Plan) => readonly StatementId[];
  /** Where it is the name of an interface that asks: whether this one does. */
  readonly isAsking?: (device: Device) => boolean;
}

/** Connections have eight bits for the slice that they belong to. */
export const mostSlices = 255;

/** PFR_KENTRY_HIWAT (xnu, bsd/net/pfvar.h): what all tables of pf hold together. */
const mostEntries = 200_000;

/** Who may be asked for by what kind of sign, in the order in which a refusal is looked for. */
export const signs = {
  mark: ({ kind }) => kind === "mark",
  "user-or-group": (one) => isAccount(one) && !isNamed(one),
  "user-by-name": (one) => one.kind === "user" && isNamed(one),
  "group-by-name": (one) => one.kind === "group" && isNamed(one),
  slice: ({ kind }) => kind === "slice",
  program: ({ kind }) => kind === "program",
  service: ({ kind }) => kind === "service",
  "program-path": (one) => one.kind === "program" && !isWindowsPath(one.path),
  "service-name": (one) => one.kind === "service" && !isServiceName(one.name),
} as const satisfies Readonly<Record<string, (one: Identity) => boolean>>;

export const constructs = {
  mark: { text: "a mark", askedBy: owners(signs.mark) },
  "user-or-group": { text: "a user or group by number", askedBy: owners(signs["user-or-group"]) },
  "user-by-name": { text: "a user by name", askedBy: owners(signs["user-by-name"]) },
  "group-by-name": { text: "a group by name", askedBy: owners(signs["group-by-name"]) },
  slice: { text: "a slice", askedBy: owners(signs.slice, switchableOf) },
  "slice-at-boot": {
    text: "a slice before the machine has started it",
    askedBy: owners(signs.slice, ({ lockdown }) => [lockdown]),
  },
  "many-slices": { text: `more than ${mostSlices} slices`, askedBy: beyondSlices },
  program: { text: "a program", askedBy: owners(signs.program) },
  service: { text: "a service", askedBy: owners(signs.service) },
  "interface-kind": {
    text: "the kind of a tunnel's interface",
    askedBy: zones(({ protocol = "other" }) => protocol !== "other"),
  },
  forward: {
    text: "forwarded packets",
    askedBy: rules(
      ({ direction, verdict, match }) => direction === "forward" && verdict.kind === "accept" && !match.related,
    ),
  },
  "forward-from-anywhere": {
    text: "forwarded packets from whichever interface",
    askedBy: rules(
      ({ direction, verdict, match }) =>
        direction === "forward" &&
        isAccept(verdict) &&
        !match.related &&
        ![match.inInterface, match.outInterface].every((set) => set?.kind === "one-of"),
    ),
  },
  rewrite: { text: "another destination for packets", askedBy: rewrites("destination") },
  masquerade: { text: "a masquerade", askedBy: rewrites("masquerade") },
  timed: {
    text: "an opening that the kernel closes by itself",
    askedBy: rules(({ expiresAfter }) => expiresAfter !== undefined),
  },
  refreshed: {
    text: "addresses that the daemon finds",
    askedBy: rules(({ match }) => [match.source, match.destination].some((address) => address?.within !== undefined)),
  },
  arp: {
    text: "a tunnel's address hidden from ARP",
    askedBy: rules(
      ({ match: { family, source, destination }, verdict }) =>
        family === "arp" && verdict.kind === "accept" && [source, destination].some(isPart),
    ),
  },
  "one-step": { text: "all families in one step", askedBy: everything },
  "final-source": { text: "the source with which a packet really leaves", askedBy: everything },
  "program-path": {
    text: "a program without its whole path on Windows",
    askedBy: owners(signs["program-path"]),
  },
  "service-name": {
    text: "a service name that is no plain ASCII, or holds a slash",
    askedBy: owners(signs["service-name"]),
  },
  "own-service": {
    text: "the service of ksp itself",
    askedBy: rules(({ stage, match }) => stage !== "probe" && (match.owner?.flat().some(isOwnService) ?? false)),
  },
  "owner-case": {
    text: "programs or services whose names differ in upper and lower case alone",
    askedBy: inOneCase(({ match }) => (match.owner ?? []).flat().flatMap(onWindows)),
  },
  "name-asker": {
    text: "who asks for a name",
    askedBy: rules(
      ({ stage, match, verdict }) => stage === "dns-inside" && isAccept(verdict) && match.owner !== undefined,
    ),
  },
  "interface-prefix": {
    text: "interfaces by the beginning of their names",
    askedBy: rules((rule) => devicesOf(rule).some(isPrefix)),
    isAsking: isPrefix,
  },
  "interface-case": {
    text: "interfaces whose names differ in upper and lower case alone",
    askedBy: inOneCase(namesOfDevices),
  },
  "device-name": { text: "a policy or chain that is called as a device of Windows", askedBy: calledAsDevice },
  "hop-limit": {
    text: "the hop limit of neighbour discovery",
    askedBy: rules(({ match }) => match.hopLimit !== undefined),
  },
  "own-addresses": {
    text: "what an address is to an interface",
    askedBy: rules(({ match }) => (match.sourceLocality ?? match.destinationLocality) !== undefined),
  },
  "one-way": {
    text: "a packet that passes without its answers",
    askedBy: rules(
      ({ verdict, replies, match }) => isAccept(verdict) && !replies && match.family !== "arp" && !match.related,
    ),
  },
  "errors-about-flows": {
    text: "errors of ICMP about a flow, and no others",
    askedBy: rules(({ match }) => match.related !== undefined),
  },
  "telling-senders": { text: "how a sender is told", askedBy: rules(({ verdict }) => verdict.kind === "reject") },
  log: { text: "a record of what is dropped", askedBy: rules(({ log }) => log !== undefined) },
  "servers-at-boot": {
    text: "the way to servers before anything of ksp runs",
    askedBy: rules(
      ({ stage, match }) => stage === "endpoint" && match.outInterface?.kind === "one-of",
      ({ lockdown }) => [lockdown],
    ),
  },
  guests: {
    text: "what virtual machines on it send",
    askedBy: rules(({ stage, direction }) => stage === "closed" && direction === "forward"),
  },
  "foreign-permits": {
    text: "filters of others that permit for good",
    askedBy: rules(
      ({ stage, direction, match }) => stage === "closed" && direction === "out" && match.family !== "arp",
    ),
  },
  "open-outside": { text: "an outside that no link names", askedBy: openedBeside((stage) => stage !== "unprotected") },
  "beside-several": {
    text: "everything but several tunnels",
    askedBy: openedBeside((stage, zones) => stage === "unprotected" && zones > 1),
  },
  "macos-name": {
    text: "a name that no interface of macOS keeps",
    askedBy: rules((rule) => devicesOf(rule).some(isNoMacName)),
    isAsking: isNoMacName,
  },
  "carrier-of-others": {
    text: "the carrier of anything but TCP and UDP",
    askedBy: rules(({ stage, match }) => stage === "endpoint" && match.owner !== undefined && !hasPorts(match)),
  },
  "owner-of-one-other": {
    text: "who sends a protocol that is neither TCP nor UDP",
    askedBy: rules(({ match }) => match.owner !== undefined && match.transport !== undefined && !hasPorts(match)),
  },
  "owner-of-others": {
    text: "who sends anything but TCP and UDP",
    askedBy: rules(({ match }) => match.owner !== undefined && !hasPorts(match)),
  },
  prober: {
    text: "who asks a heartbeat's target",
    askedBy: rules(({ stage, match }) => stage === "probe" && match.owner === undefined),
  },
  "own-discovery": {
    text: "what the system itself tells its IPv6 neighbours",
    askedBy: rules(({ from }) => from === "built-in-nd"),
  },
  boot: { text: "closed before anything of ksp runs", askedBy: everything },
  "open-flows": { text: "open flows judged anew in the step of a move", askedBy: everything },
  switching: { text: "a daemon that switches states", askedBy: everything },
  entries: { text: `more than ${mostEntries} prefixes in long lists`, askedBy: beyondEntries },
} as const satisfies Readonly<Record<string, Construct>>;

export type ConstructName = keyof typeof constructs;
export const constructNames = Object.keys(constructs) as readonly ConstructName[];

const isAccept = ({ kind }: Rule["verdict"]): boolean => kind === "accept";
const devicesOf = ({ match: { inInterface, outInterface } }: Rule): readonly Device[] =>
  [inInterface, outInterface].flatMap((set) =>
    set && set.kind !== "loopback" ? set.zones.flatMap(({ devices }) => devices) : [],
  );
function isAccount({ kind }: Identity): boolean {
  return kind === "user" || kind === "group";
}
function isNamed(one: Identity): boolean {
  return (one.kind === "user" || one.kind === "group") && one.id === undefined;
}

const hasPorts = ({ transport }: Match): boolean => transport?.kind === "tcp" || transport?.kind === "udp";
/** As drivers call them; a utun by its number may be a stranger's after it was closed. */
const isMacName = (name: string): boolean =>
  /^[a-z]+[0-9]+$/.test(name) && name.length <= 15 && !/^(lo|utun)[0-9]/.test(name);

/** The tunnels and links with such an interface, each interface once. */
export function interfacesAsking(plan: Plan, isAsking: (device: Device) => boolean): readonly AskingInterface[] {
  const zones = rulesetsOf(plan).flatMap(({ rules }) =>
    rules.flatMap(({ match: { inInterface, outInterface } }) =>
      [inInterface, outInterface].flatMap((set) => (set && set.kind !== "loopback" ? set.zones : [])),
    ),
  );
  const asking = zones.flatMap(({ kind, name, devices }) =>
    devices.filter(isAsking).flatMap((device) => {
      if (device.kind === "utun") return [];
      return [{ kind, of: name, name: device.kind === "named" ? device.name : `${device.prefix}*` }];
    }),
  );
  return [...new Map(asking.map((each) => [Object.values(each).join(" "), each])).values()];
}
export interface AskingInterface {
  readonly kind: "tunnel" | "link";
  readonly of: string;
  readonly name: string;
}

function isPrefix({ kind }: Device): boolean {
  return kind === "prefix";
}

function isNoMacName(device: Device): boolean {
  return device.kind === "named" && !isMacName(device.name);
}

const isPart = (address: AddressMatch | undefined): boolean =>
  address !== undefined && complement(ofFamily(address.set, "ipv4"), "ipv4").length > 0;

/** Statements with a rule of which something holds. */
function rules(
  asks: (rule: Rule) => boolean,
  of: (plan: Plan) => readonly Ruleset[] = rulesetsOf,
): Construct["askedBy"] {
  return (plan) => [
    ...new Set(
      of(plan)
        .flatMap((ruleset) => ruleset.rules)
        .filter(asks)
        .map(({ from }) => from),
    ),
  ];
}

function owners(is: (one: Identity) => boolean, of?: (plan: Plan) => readonly Ruleset[]): Construct["askedBy"] {
  return rules(({ match }) => match.owner?.flat().some(is) ?? false, of);
}

function zones(is: (zone: Zone) => boolean): Construct["askedBy"] {
  const some = (set: InterfaceSet | undefined): boolean =>
    set !== undefined && set.kind !== "loopback" && set.zones.some(is);
  return rules(({ match }) => some(match.inInterface) || some(match.outInterface));
}

function rewrites(kind: Rewrite["change"]["kind"]): Construct["askedBy"] {
  return (plan) => [
    ...new Set(
      rulesetsOf(plan)
        .flatMap((ruleset) => ruleset.rewrites)
        .filter(({ change }) => change.kind === kind)
        .map(({ from }) => from),
    ),
  ];
}

/** Whatever is compiled. */
function everything({ lockdown }: Plan): readonly StatementId[] {
  return lockdown.rules.slice(-1).map(({ from }) => from);
}

/** Names that no file and no folder of Windows can have, with any ending (Microsoft, "Naming Files, Paths, and Namespaces"). */
function calledAsDevice(plan: Plan): readonly StatementId[] {
  const names = [plan.policy, ...rulesetsOf(plan).map(({ state }) => state)];
  const isDevice = names.some((name) => /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(?![^:.])/i.test(name));
  return isDevice ? everything(plan) : [];
}

/** In one spelling: no part is empty, or ends in a dot or blank, which Windows leaves out. */
function isWindowsPath(path: string): boolean {
  return path === "System" || /^[A-Za-z]:(\\[^"<>|?*%/:\\\p{Cc}]*[^"<>|?*%/:\\\p{Cc}. ])+$/u.test(path);
}

/** `CreateService`: 256 characters, and neither slash. Of other letters nobody says how Windows writes them in upper case, for the SID. */
function isServiceName(name: string): boolean {
  return /^[ !#-.0-[\]-~]{1,256}$/.test(name);
}

/** A SID is made of the name in upper case. */
const isOwnService = (one: Identity): boolean => one.kind === "service" && one.name.toUpperCase() === "KSP";

/** Who is known by a name that Windows reads in any case. */
function onWindows(one: Identity): readonly string[] {
  if (one.kind === "program") return [`program ${one.path}`];
  return one.kind === "service" && !isOwnService(one) ? [`service ${one.name}`] : [];
}

function namesOfDevices(rule: Rule): readonly string[] {
  return devicesOf(rule).flatMap((device) => (device.kind === "named" ? [device.name] : []));
}

/** The statements that name something in another case than one before. */
function inOneCase(namesOf: (rule: Rule) => readonly string[]): Construct["askedBy"] {
  return (plan) => {
    const spellings = new Map<string, string>();
    const isOther = (name: string): boolean => {
      const known = spellings.get(name.toUpperCase()) ?? name;
      spellings.set(name.toUpperCase(), known);
      return known !== name;
    };
    const all = rulesetsOf(plan).flatMap((ruleset) => ruleset.rules);
    return [...new Set(all.filter((rule) => namesOf(rule).some(isOther)).map(({ from }) => from))];
  };
}

/** The first statement that asks for one too many. */
function beyondSlices(plan: Plan): readonly StatementId[] {
  const paths = new Set<string>();
  for (const { match, from } of switchableOf(plan).flatMap((ruleset) => ruleset.rules)) {
    for (const one of match.owner?.flat() ?? []) if (one.kind === "slice") paths.add(one.path);
    if (paths.size > mostSlices) return [from];
  }
  return [];
}

/** The first statement that opens something wherever a policy names no interface. */
function openedBeside(asks: (stage: Stage, zones: number) => boolean): Construct["askedBy"] {
  return (plan) =>
    rules(({ stage, direction, verdict, match }) => {
      const set = direction === "in" ? match.inInterface : match.outInterface;
      return direction !== "forward" && isAccept(verdict) && set?.kind === "none-of" && asks(stage, set.zones.length);
    })(plan).slice(0, 1);
}

/** The first statement whose list is too much for the tables of all. A short list is none, and equal ones are one. */
function beyondEntries(plan: Plan): readonly StatementId[] {
  const known = new Map<string, AddressSet[]>();
  let entries = 0;
  for (const { match, from } of switchableOf(plan).flatMap((ruleset) => ruleset.rules)) {
    for (const { set } of [match.source, match.destination].filter((end) => end !== undefined)) {
      if (set.length <= mostWrittenOut) continue;
      const alike = known.get(`${set.length}`) ?? [];
      if (alike.some((other) => isSame(set, other))) continue;
      known.set(`${set.length}`, [...alike, set]);
      entries += set.reduce((sum, range) => sum + toPrefixes(range).length, 0);
      if (entries > mostEntries) return [from];
    }
  }
  return [];
}

const mostWrittenOut = 64;
const isSame = (a: AddressSet, b: AddressSet): boolean =>
  a === b || a.every((range, i) => range.first === b[i]?.first && range.last === b[i]?.last);
