import { type Interface, utunName } from "../../ir/packet.ts";
import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import type { Device } from "../../ir/policy.ts";
import type { Rule, Ruleset } from "../../ir/ruleset.ts";
import type { StateKey } from "../../ir/states.ts";
import { rulesetOf } from "../readers/pf/expand.ts";
import {
  type Criteria,
  type Rule as Loaded,
  type Program,
  type Ruleset as Rules,
  Unreadable,
} from "../readers/pf/program.ts";
import { readText } from "../readers/pf/read-text.ts";
import { renamed } from "../readers/pf/renamed.ts";
import type { SameOnMac } from "../translation/same-on-mac.ts";
import type { AuditFinding, Place } from "./finding.ts";

export const ourPath = "com.apple/000.ksp";

/** The main ruleset as macOS comes with it, and ours behind its line. */
export const stock = (ours: Rules): Program =>
  new Map([
    ["", rulesetOf(readText('anchor "com.apple/*" all\n'))],
    [ourPath, ours],
  ]);

/**
 * Each utun by the name that the model has for it. Which tunnel a utun is says the label of a rule of ours on it: whether that
 * is true no rule can say, but one tunnel has one utun, and one utun one tunnel. A utun that nothing of ours is on keeps its name.
 */
export function inWordsOfModel(program: Program, plan: Plan): Translated {
  const tunnels = tunnelsByLabel(plan);
  const ours = program.get(ourPath);
  const known = new Map<string, string>();
  const utuns = new Map<string, string>();
  let confused: Foreign | undefined;
  const entries = (ours?.entries ?? []).map((entry) => {
    const name = entry.interface?.name ?? "";
    const [tunnel, ...others] = entry.kind === "rule" ? (tunnels.get(entry.label ?? "") ?? []) : [];
    if (tunnel === undefined || others.length > 0 || !/^utun(\d+|_none)$/.test(name)) return entry;
    if ((utuns.get(tunnel) ?? name) !== name) confused ??= { what: "a second utun for a tunnel", line: entry.line };
    if ((known.get(name) ?? tunnel) !== tunnel) confused ??= { what: "a utun for two tunnels", line: entry.line };
    utuns.set(tunnel, name);
    if (name !== unfilled) known.set(name, tunnel);
    return { ...entry, interface: { name: tunnel, isNegated: entry.interface?.isNegated ?? false } };
  });
  const read = ours ? new Map([...program, [ourPath, { ...ours, entries }]]) : program;
  return {
    program: new Map([...read].map(([path, rules]) => [path, renamed(rules, known)])),
    back: new Map([...known].map(([name, tunnel]) => [tunnel, name])),
    ...(confused && { confused }),
  };
}

interface Translated {
  readonly program: Program;
  /** From a name of the model to that of the day. */
  readonly back: ReadonlyMap<string, string>;
  /** The first rule of ours that has another utun for a tunnel than one before it. */
  readonly confused?: Foreign;
}
/** What stands in our anchor that ksp never writes. */
interface Foreign {
  readonly what: string;
  readonly line: number;
}

/** As that Mac would show it. */
export function inWordsOfMac(finding: AuditFinding, back: Translated["back"]): AuditFinding {
  if (!finding.shown) return finding;
  const { packet } = finding.shown;
  const called = (device: Interface): Interface => ({ ...device, name: back.get(device.name) ?? device.name });
  const shown = {
    packet: {
      ...packet,
      ...(packet.inInterface && { inInterface: called(packet.inInterface) }),
      ...(packet.outInterface && { outInterface: called(packet.outInterface) }),
    },
  };
  return { ...finding, shown };
}

/** What stands for a tunnel's interface while there is none. */
const unfilled = "utun_none";

function tunnelsByLabel(plan: Plan): ReadonlyMap<string, readonly string[]> {
  const named = rulesetsOf(plan).flatMap(({ rules }) =>
    rules.flatMap(({ from, match: { inInterface, outInterface } }) =>
      [inInterface, outInterface].flatMap((set) =>
        set && set.kind !== "loopback"
          ? set.zones.flatMap(({ devices }) =>
              devices.flatMap((device) => (device.kind === "utun" ? [[from, utunName(device)] as const] : [])),
            )
          : [],
      ),
    ),
  );
  return new Map(
    [...Map.groupBy(named, ([label]) => label)].map(([label, all]) => [
      label,
      [...new Set(all.map(([, name]) => name))],
    ]),
  );
}

/** What stands in ours that ksp never writes, and that a comparison of what rules pass does not see. */
function unwritten({ entries, scrubs, translations }: Rules): Foreign | undefined {
  const found = (what: string, criteria: Criteria | undefined) => criteria && { what, line: criteria.line };
  const rules = entries.flatMap((entry) => (entry.kind === "rule" ? [entry] : []));
  return (
    found(
      "an anchor",
      entries.find(({ kind }) => kind === "anchor") ?? scrubs.find(({ path }) => path !== undefined),
    ) ??
    found("a translation", translations[0]) ??
    found(
      "a route",
      rules.find(({ route }) => route !== undefined),
    ) ??
    found(
      "a tag",
      rules.find(({ tag }) => tag !== undefined),
    ) ??
    found(
      "an answer to who comes in",
      rules.find(({ action, direction }) => action === "return" && direction !== "out"),
    )
  );
}

/** The state of the plan that is loaded, or why none is. */
export function ownState(
  ours: Rules,
  plan: Plan,
  same: SameOnMac,
  { placeOf, confused }: { readonly placeOf: (line: number) => Place } & Pick<Translated, "confused">,
): { readonly inForce: StateKey } | { readonly absent: AuditFinding } {
  const program = stock(ours);
  const rulesets = rulesetsOf(plan);
  const states = rulesets.map(({ state }) => state);
  const other = confused ?? unwritten(ours);
  if (other) {
    const reason = `${other.what} stands in it, and ksp writes none`;
    return { absent: { kind: "absent", states, reason, place: placeOf(other.line) } };
  }
  try {
    const inForce = rulesets.find((ruleset) => !same.difference(program, ruleset));
    if (inForce) return { inForce: inForce.state };
    const loaded = new Set(
      ours.entries.flatMap((entry) => (entry.kind === "rule" && entry.action === "pass" ? opened(entry) : [])),
    );
    const apart = ({ rules }: Ruleset): number => {
      const planned = new Set(rules.flatMap(opens));
      const shared = [...loaded].filter((one) => planned.has(one)).length;
      return loaded.size + planned.size - 2 * shared;
    };
    const [nearest] = rulesets.toSorted((a, b) => apart(a) - apart(b));
    const difference = nearest && same.difference(program, nearest);
    if (!nearest || !difference) throw new Error("a plan has states, and what is loaded is none of them");
    const reason = `what is loaded is no state of it, and nearest to \`${nearest.state}\`: ${difference.says}`;
    return { absent: { kind: "absent", states, reason, shown: { packet: difference.packet } } };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const place = placeOf(error.line);
    return { absent: { kind: "absent", states, reason: `one of them is not understood: ${error.message}`, place } };
  }
}

/** What a loaded rule is known by: the statement, the direction and the interface, empty where it names none. */
const opened = ({ label, direction, interface: on }: Loaded): readonly string[] =>
  label === undefined ? [] : [`${label} ${direction} ${on && !on.isNegated ? on.name : ""}`];

/** The same of a rule that was planned. pf is not told of all: ARP it is not shown, errors pass with their flow. */
function opens({ verdict, direction, from, match }: Rule): readonly string[] {
  if (verdict.kind !== "accept" || direction === "forward" || match.family === "arp" || match.related) return [];
  const set = direction === "in" ? match.inInterface : match.outInterface;
  const names = set?.kind === "one-of" ? set.zones.flatMap(({ devices }) => devices.map(nameOf)) : [""];
  return names.map((name) => `${from} ${direction} ${name}`);
}

function nameOf(device: Device): string {
  if (device.kind === "utun") return utunName(device);
  return device.kind === "named" ? device.name : "";
}
