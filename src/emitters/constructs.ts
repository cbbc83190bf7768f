import { type Plan, rulesetsOf } from "../ir/plan.ts";
import type { Device, Identity, StatementId } from "../ir/policy.ts";
import type { Rule, Ruleset } from "../ir/ruleset.ts";

/** What a policy may ask of a firewall and not every firewall can say: how it is called, and the statements of a plan that ask for it. */
interface Construct {
  readonly text: string;
  readonly askedBy: (plan: Plan) => readonly StatementId[];
}

/** Connections have eight bits for the slice that they belong to. */
export const mostSlices = 255;

export const constructs = {
  mark: { text: "a mark", askedBy: owners(({ kind }) => kind === "mark") },
  "user-or-group": { text: "a user or group by number", askedBy: owners((one) => isAccount(one) && !isNamed(one)) },
  "user-by-name": { text: "a user by name", askedBy: owners((one) => one.kind === "user" && isNamed(one)) },
  "group-by-name": { text: "a group by name", askedBy: owners((one) => one.kind === "group" && isNamed(one)) },
  slice: { text: "a slice", askedBy: owners(({ kind }) => kind === "slice", running) },
  "slice-at-boot": {
    text: "a slice before the machine has started it",
    askedBy: owners(
      ({ kind }) => kind === "slice",
      ({ lockdown }) => [lockdown],
    ),
  },
  "many-slices": { text: `more than ${mostSlices} slices`, askedBy: beyondSlices },
  program: { text: "a program", askedBy: owners(({ kind }) => kind === "program") },
  service: { text: "a service", askedBy: owners(({ kind }) => kind === "service") },
  "program-path": {
    text: "a program without its whole path on Windows",
    askedBy: owners((one) => one.kind === "program" && !isWindowsPath(one.path)),
  },
  "several-programs": {
    text: "two programs or services at once",
    askedBy: rules(({ match }) => match.owner?.some(hasTwo) ?? false),
  },
  "own-service": {
    text: "the service of ksp itself",
    askedBy: rules(
      ({ stage, match }) =>
        stage !== "probe" && (match.owner?.flat().some((one) => one.kind === "service" && one.name === "ksp") ?? false),
    ),
  },
  "name-asker": {
    text: "who asks for a name",
    askedBy: rules(
      ({ stage, match, verdict }) => stage === "dns-inside" && isAccept(verdict) && match.owner !== undefined,
    ),
  },
  "interface-prefix": {
    text: "interfaces by the beginning of their names",
    askedBy: rules((rule) => devicesOf(rule).some(({ kind }) => kind !== "named")),
  },
  "interface-case": { text: "interfaces whose names differ in upper and lower case alone", askedBy: inOneCase },
  forwarding: {
    text: "forwarded packets",
    askedBy: rules(({ direction, verdict, match }) => direction === "forward" && isAccept(verdict) && !match.related),
  },
  rewriting: { text: "a rewritten source or destination", askedBy: rewriting },
  "closes-by-itself": {
    text: "an opening that closes by itself",
    askedBy: rules(({ expiresAfter }) => expiresAfter !== undefined),
  },
  "refreshed-addresses": {
    text: "addresses of a name that the runtime refreshes",
    askedBy: rules(({ match }) => [match.source, match.destination].some((set) => set?.within)),
  },
  "hop-limit": {
    text: "the hop limit of neighbour discovery",
    askedBy: rules(({ match }) => match.hopLimit !== undefined),
  },
  "own-addresses": {
    text: "what an address is to an interface",
    askedBy: rules(({ match }) => (match.sourceLocality ?? match.destinationLocality) !== undefined),
  },
  arp: { text: "what ARP tells and asks", askedBy: rules(({ match }) => match.family === "arp") },
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
  "other-administrators": {
    text: "rules of other administrators that open",
    askedBy: rules(
      ({ stage, direction, match }) => stage === "closed" && direction === "out" && match.family !== "arp",
    ),
  },
} as const satisfies Readonly<Record<string, Construct>>;

export type ConstructName = keyof typeof constructs;
export const constructNames = Object.keys(constructs) as readonly ConstructName[];

const isAccept = ({ kind }: Rule["verdict"]): boolean => kind === "accept";
const devicesOf = ({ match: { inInterface, outInterface } }: Rule): readonly Device[] =>
  [inInterface, outInterface].flatMap((set) =>
    set && set.kind !== "loopback" ? set.zones.flatMap(({ devices }) => devices) : [],
  );
const isAccount = ({ kind }: Identity): boolean => kind === "user" || kind === "group";
const isNamed = (one: Identity): boolean => (one.kind === "user" || one.kind === "group") && one.id === undefined;
function running({ states, portal }: Plan): readonly Ruleset[] {
  return portal ? [...states, portal] : states;
}

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

const isWindowsPath = (path: string): boolean => path === "System" || /^[A-Za-z]:\\[^"<>|?*%/]+$/.test(path);
const hasTwo = (all: readonly Identity[]): boolean =>
  (["program", "service"] as const).some((kind) => all.filter((one) => one.kind === kind).length > 1);

function inOneCase(plan: Plan): readonly StatementId[] {
  const spellings = new Map<string, string>();
  const all = rulesetsOf(plan).flatMap((ruleset) => ruleset.rules);
  const isOther = (name: string): boolean => {
    const known = spellings.get(name.toLowerCase()) ?? name;
    spellings.set(name.toLowerCase(), known);
    return known !== name;
  };
  const clashing = all.filter((rule) =>
    devicesOf(rule).some((device) => device.kind === "named" && isOther(device.name)),
  );
  return [...new Set(clashing.map(({ from }) => from))];
}

function rewriting(plan: Plan): readonly StatementId[] {
  return [...new Set(rulesetsOf(plan).flatMap(({ rewrites }) => rewrites.map(({ from }) => from)))];
}

/** The first statement that asks for one too many. */
function beyondSlices(plan: Plan): readonly StatementId[] {
  const paths = new Set<string>();
  for (const { match, from } of running(plan).flatMap((ruleset) => ruleset.rules)) {
    for (const one of match.owner?.flat() ?? []) if (one.kind === "slice") paths.add(one.path);
    if (paths.size > mostSlices) return [from];
  }
  return [];
}
