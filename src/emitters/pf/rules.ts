import type { Identity } from "../../ir/policy.ts";
import type { Match, Rule, Ruleset, Stage } from "../../ir/ruleset.ts";
import { type Family, families } from "../../net/address.ts";
import type { PortSet } from "../../net/port-set.ts";
import type { Transport } from "../../net/protocol.ts";
import { interfaceSet, loopback, onAny, type Where, whereOf } from "./interfaces.ts";
import { type Ends, endsOf } from "./localities.ts";
import type { Hosts, Tables } from "./tables.ts";

/** One rule of pf. The words behind the interface are the same for each interface of it. */
export interface Line {
  readonly stage: Stage;
  readonly direction: "out" | "in";
  readonly action: "pass" | "block drop" | "block return";
  readonly where: Where;
  readonly words: string;
  /** It asks for no protocol and no owner. */
  readonly isOfAddresses: boolean;
  /** Absent: every protocol. */
  readonly transport?: Transport;
  /** Absent: both. */
  readonly family?: Family;
  readonly from: Hosts;
  readonly to: Hosts;
}

export const textOf = ({ action, direction, where, words }: Line): string =>
  [action, direction, "quick", where.on === undefined ? undefined : `on ${where.on}`, words].filter(Boolean).join(" ");

interface Context {
  readonly interfaces: readonly string[];
  readonly tables: Tables;
}

/** The rules of a state between the first and the last ones of its file, which are the same in all. */
export function linesOf(ruleset: Ruleset, context: Context): readonly Line[] {
  const isTold = ruleset.rules.some(
    ({ stage, direction, verdict }) => stage === "closed" && direction === "out" && verdict.kind === "reject",
  );
  return needed(ruleset.rules.flatMap((rule) => linesOfRule(rule, isTold, context)));
}

function linesOfRule(rule: Rule, isTold: boolean, { interfaces, tables }: Context): readonly Line[] {
  const { stage, direction, match, verdict, from: id } = rule;
  if (stage === "closed" || stage === "loopback" || direction === "forward") return [];
  // ARP is shown to no rule, and errors about flows pass by the flow's own state.
  if (match.family === "arp" || match.related) return [];
  const where = whereOf(interfaceSet(rule), interfaces);
  const ends = endsOf(match, direction);
  if (!where || !ends) return [];
  const action = verdict.kind === "accept" ? "pass" : isTold && direction === "out" ? "block return" : "block drop";
  return transportsOf(match).flatMap((transport) =>
    inFamilies(match, transport, (family) => hostsIn(family, ends, id, tables)).flatMap(({ family, from, to }) =>
      typesOf(transport).flatMap((type) =>
        ownersOf(match).map((owner): Line => {
          const words = [
            family && { ipv4: "inet", ipv6: "inet6" }[family],
            protocolOf(transport),
            fromTo(from, to, transport),
            owner,
            action === "pass" && needsSyn(rule, transport, where) ? "flags S/SA" : undefined,
            type,
            action === "pass" ? (isStateless(rule, where) ? "no state" : "keep state (if-bound)") : undefined,
            action === "pass" && transport?.kind === "protocol" && transport.number === igmp ? "allow-opts" : undefined,
            `label "${id}"`,
          ];
          return {
            stage,
            direction,
            action,
            where,
            words: words.filter(Boolean).join(" "),
            isOfAddresses: transport === undefined && owner === undefined,
            ...(transport && { transport }),
            ...(family && { family }),
            from,
            to,
          };
        }),
      ),
    ),
  );
}

/** Its packets carry the router alert, an option of IP. */
const igmp = 2;

// ---- state ---------------------------------------------------------------------------------------------------------

/** What is allowed on loopback needs no memory: answers pass like everything there. */
const isStateless = ({ replies }: Rule, { on }: Where): boolean => !replies || on === loopback;

/** A state that begins in the middle of a connection would not know its windows. */
const needsSyn = (rule: Rule, transport: Transport | undefined, where: Where): boolean =>
  !isStateless(rule, where) && (transport === undefined || transport.kind === "tcp");

// ---- families and addresses ----------------------------------------------------------------------------------------

interface Spoken {
  /** Absent: both in one rule. */
  readonly family?: Family;
  readonly from: Hosts;
  readonly to: Hosts;
}

function inFamilies(
  match: Match,
  transport: Transport | undefined,
  spoken: (family: Family) => Spoken | undefined,
): readonly Spoken[] {
  const isIcmp = transport?.kind === "icmp" || transport?.kind === "icmpv6";
  const all = families
    .filter((family) => match.family === undefined || match.family === family)
    .filter((family) => !isIcmp || family === (transport.kind === "icmp" ? "ipv4" : "ipv6"))
    .map(spoken);
  const [v4, v6] = all;
  const isNeutral = !isIcmp && match.family === undefined && v4 && v6;
  if (isNeutral && v4.from.text === v6.from.text && v4.to.text === v6.to.text) {
    const { from, to } = v4;
    return [{ from, to }];
  }
  return all.filter((one) => one !== undefined);
}

function hostsIn(family: Family, { source, destination }: Ends, owner: string, tables: Tables): Spoken | undefined {
  const from = source ? tables.hosts(source, family, owner) : any;
  const to = destination ? tables.hosts(destination, family, owner) : any;
  return from && to && { family, from, to };
}

const any: Hosts = { text: "any" };

function fromTo(from: Hosts, to: Hosts, transport: Transport | undefined): string {
  const hasPorts = transport?.kind === "tcp" || transport?.kind === "udp";
  const [source, destination] = hasPorts
    ? [portsOf(transport.sourcePorts), portsOf(transport.destinationPorts)]
    : [undefined, undefined];
  const isAll = from.text === "any" && to.text === "any" && !source && !destination;
  return isAll ? "all" : ["from", from.text, source, "to", to.text, destination].filter(Boolean).join(" ");
}

/** A single port as a range: read back it is a number, and not the name that a machine has for it. */
function portsOf(ports: PortSet | undefined): string | undefined {
  if (!ports) return undefined;
  const ranges = ports.map(({ first, last }) => `${first}:${last}`);
  return ranges.length === 1 ? `port ${ranges[0]}` : `port { ${ranges.join(", ")} }`;
}

// ---- protocols and owners ------------------------------------------------------------------------------------------

/** Who sends is known of TCP and UDP alone. */
function transportsOf({ transport, owner }: Match): readonly (Transport | undefined)[] {
  if (!owner) return [transport];
  if (!transport) return [{ kind: "tcp" }, { kind: "udp" }];
  return transport.kind === "tcp" || transport.kind === "udp" ? [transport] : [];
}

function protocolOf(transport: Transport | undefined): string | undefined {
  if (!transport) return undefined;
  if (transport.kind === "protocol") return `proto ${transport.number}`;
  return `proto ${transport.kind === "icmpv6" ? "ipv6-icmp" : transport.kind}`;
}

function typesOf(transport: Transport | undefined): readonly (string | undefined)[] {
  if (transport?.kind !== "icmp" && transport?.kind !== "icmpv6") return [undefined];
  const word = transport.kind === "icmp" ? "icmp-type" : "icmp6-type";
  return transport.types?.map((type) => `${word} ${type}`) ?? [undefined];
}

const ownersOf = ({ owner }: Match): readonly (string | undefined)[] =>
  owner?.map((all) =>
    all
      .toSorted((a, b) => (a.kind > b.kind ? -1 : 1))
      .map(ownerOf)
      .join(" "),
  ) ?? [undefined];

function ownerOf(identity: Identity): string {
  if ((identity.kind === "user" || identity.kind === "group") && identity.id !== undefined)
    return `${identity.kind} ${identity.id}`;
  throw new Error(`a ${identity.kind} is refused before`);
}

// ---- what is left out ----------------------------------------------------------------------------------------------

/** Refusals, on the interfaces where something is let pass later. */
function needed(lines: readonly Line[]): readonly Line[] {
  return lines.flatMap((line, i): readonly Line[] => {
    if (line.action === "pass" || line.where.on === loopback) return [line];
    const open = lines
      .slice(i + 1)
      .filter(({ action, direction }) => action === "pass" && direction === line.direction);
    const isOpen = (name: string): boolean => open.some(({ where }) => where.named.includes(name));
    const left = line.where.named.filter(isOpen);
    if (left.length === 0) return [];
    const isList = line.where.on !== undefined && !line.where.on.startsWith("!");
    const where = isList ? onAny(left) : line.where;
    return where ? [{ ...line, where }] : [];
  });
}
