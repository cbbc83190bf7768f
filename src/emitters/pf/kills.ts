import { stages } from "../../ir/ruleset.ts";
import { type Family, families } from "../../net/address.ts";
import { type AddressSet, intersect, ofFamily, overlaps, prefixTexts, subtract } from "../../net/address-set.ts";
import { constant } from "../../net/parse-net.ts";
import { portsMeet } from "../../net/protocol.ts";
import type { Line } from "./rules.ts";
import type { Hosts } from "./tables.ts";

/** Every state, whatever it is bound to. */
export const everything = "pfctl -F states";

/**
 * The commands that end flows which some rules let begin and others do not. Such a flow was let pass by a rule that is gone,
 * or is refused by one that is new and stands before the rule that let it pass: the stages have one order, and in a stage no
 * rule contradicts another. The way to a server that both states let pass is spared where nothing else goes to its address.
 */
export function killsOf(from: readonly Line[], to: readonly Line[]): readonly string[] {
  const [before, after] = [from, to].map((lines) => lines.flatMap(onEach));
  if (!before || !after) return [];
  const kept = before.filter(({ words }) => words.includes("keep state"));
  const gone = without(kept, after);
  const added = without(after, before).flatMap((rule) =>
    rule.action === "pass" ? [] : kept.filter((other) => isBehind(other, rule)).flatMap((other) => common(other, rule)),
  );
  // What passes on interfaces without a name is found on none of those that have one.
  const isFound = !kept.some(isBeyondNames) || ![...gone, ...added].some(isBeyondNames);
  if (!isFound) return [everything];
  const servers = without(kept.filter(isWay), gone);
  return widest([...gone, ...added].flatMap((rule) => pairs(rule, spared(rule, before, servers)))).map(
    ({ on, source, target }) => `pfctl -i ${shell(on)} -k ${source} -k ${target}`,
  );
}

/** What a rule is on one interface. */
interface OnOne extends Line {
  readonly name: string;
}

const onEach = (line: Line): readonly OnOne[] => line.where.named.map((name) => ({ ...line, name }));

/** Whether a refused sender is told changes nothing for the flows that are refused. */
const meaningOf = ({ name, direction, action, words }: OnOne): string =>
  [action === "pass" ? action : "block", direction, name, words].join(" ");

function without(rules: readonly OnOne[], others: readonly OnOne[]): readonly OnOne[] {
  const known = new Set(others.map(meaningOf));
  return rules.filter((rule) => !known.has(meaningOf(rule)));
}

const isBehind = (a: OnOne, b: OnOne): boolean =>
  a.name === b.name && a.direction === b.direction && stages.indexOf(a.stage) > stages.indexOf(b.stage);

/** What let flows begin, of those that the refusal is about. Who owns them and types of ICMP are not compared. */
function common(passed: OnOne, refusal: OnOne): readonly OnOne[] {
  const family = refusal.family ?? passed.family;
  if (family && passed.family && family !== passed.family) return [];
  if (!portsMeet(refusal.transport, passed.transport)) return [];
  const [from, to] = [inBoth(refusal.from, passed.from), inBoth(refusal.to, passed.to)];
  const where = isBeyondNames(passed) ? refusal.where : passed.where;
  const met = { ...passed, where, from, to, ...(family && { family }) };
  return pairs(met, []).length > 0 ? [met] : [];
}

function inBoth(a: Hosts, b: Hosts): Hosts {
  if (!a.prefixes || !b.prefixes) return a.prefixes ? a : b;
  return { text: a.text, prefixes: prefixTexts(intersect(constant(...a.prefixes), constant(...b.prefixes))) };
}

const isBeyondNames = ({ where: { on } }: Line): boolean => on === undefined || on.startsWith("!");

const isWay = ({ stage, direction }: Line): boolean => stage === "endpoint" && direction === "out";

/** Addresses of servers on the same interface to which no flow was let begin by a rule: before it all of them are refused. */
function spared(rule: OnOne, before: readonly OnOne[], servers: readonly OnOne[]): AddressSet {
  const refused = before.filter(
    (other) => other.action !== "pass" && other.isOfAddresses && other.from.text === "any" && isBehind(rule, other),
  );
  const on = servers.filter(({ name, direction }) => name === rule.name && direction === rule.direction);
  return intersect(addressesOf(on), addressesOf(refused));
}

const addressesOf = (rules: readonly OnOne[]): AddressSet => constant(...rules.flatMap(({ to }) => to.prefixes ?? []));

/** States of flows from one side to the other; the side that opened them first. */
interface Pair {
  readonly on: string;
  readonly source: string;
  readonly target: string;
}

const pairs = ({ name: on, family, from, to }: OnOne, left: AddressSet): readonly Pair[] =>
  (family ? [family] : families).flatMap((version) => {
    const targets = prefixes(to, version).flatMap((target) => around(target, ofFamily(left, version)));
    return prefixes(from, version).flatMap((source) => targets.map((target) => ({ on, source, target })));
  });

function around(prefix: string, left: AddressSet): readonly string[] {
  const set = constant(prefix);
  return overlaps(set, left) ? prefixTexts(subtract(set, left)) : [prefix];
}

/** Without those that another one finds, too. */
function widest(all: readonly Pair[]): readonly Pair[] {
  const covers = (a: Pair, b: Pair): boolean =>
    a.on === b.on && (["source", "target"] as const).every((end) => a[end] === b[end] || a[end] === wholeOf(b[end]));
  const distinct = [...new Map(all.map((pair) => [Object.values(pair).join(" "), pair])).values()];
  return distinct.filter((pair) => !distinct.some((other) => other !== pair && covers(other, pair)));
}

/** Flows are bound to the interface that they began on, which the rules before were loaded with. */
const shell = (name: string): string => (name.startsWith("$") ? `"$old_${name.slice(1)}"` : name);

const whole: Readonly<Record<Family, string>> = { ipv4: "0.0.0.0/0", ipv6: "::/0" };
const familyOf = (prefix: string): Family => (prefix.includes(":") ? "ipv6" : "ipv4");
const wholeOf = (prefix: string): string => whole[familyOf(prefix)];

const prefixes = ({ prefixes: known }: Hosts, family: Family): readonly string[] =>
  known?.filter((prefix) => familyOf(prefix) === family) ?? [whole[family]];
