import { type Interface, utunName } from "../../ir/packet.ts";
import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import type { Ruleset } from "../../ir/ruleset.ts";
import type { StateKey } from "../../ir/states.ts";
import { rulesetOf } from "../readers/pf/expand.ts";
import { type Program, type Ruleset as Rules, Unreadable } from "../readers/pf/program.ts";
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
 * is true no rule can say. A utun that nothing of ours is on keeps its name.
 */
export function inWordsOfModel(program: Program, plan: Plan): Translated {
  const tunnels = tunnelsByLabel(plan);
  const ours = program.get(ourPath);
  const known = new Map<string, string>();
  const entries = (ours?.entries ?? []).map((entry) => {
    const name = entry.interface?.name ?? "";
    const [tunnel, ...others] = entry.kind === "rule" ? (tunnels.get(entry.label ?? "") ?? []) : [];
    if (tunnel === undefined || others.length > 0 || !/^utun(\d+|_none)$/.test(name)) return entry;
    if (name !== unfilled) known.set(name, tunnel);
    return { ...entry, interface: { name: tunnel, isNegated: entry.interface?.isNegated ?? false } };
  });
  const read = ours ? new Map([...program, [ourPath, { ...ours, entries }]]) : program;
  return {
    program: new Map([...read].map(([path, rules]) => [path, renamed(rules, known)])),
    back: new Map([...known].map(([name, tunnel]) => [tunnel, name])),
  };
}

interface Translated {
  readonly program: Program;
  /** From a name of the model to that of the day. */
  readonly back: ReadonlyMap<string, string>;
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

/** The state of the plan that is loaded, or why none is. */
export function ownState(
  ours: Rules,
  plan: Plan,
  same: SameOnMac,
  placeOf: (line: number) => Place,
): { readonly inForce: StateKey } | { readonly absent: AuditFinding } {
  const program = stock(ours);
  const rulesets = rulesetsOf(plan);
  const states = rulesets.map(({ state }) => state);
  try {
    const loaded = rulesets.find((ruleset) => !same.difference(program, ruleset));
    if (loaded) return { inForce: loaded.state };
    const labels = new Set(
      ours.entries.flatMap((entry) => (entry.kind === "rule" && entry.action === "pass" ? (entry.label ?? []) : [])),
    );
    const apart = ({ rules }: Ruleset): number => {
      const passing = new Set(rules.flatMap(({ verdict, from }) => (verdict.kind === "accept" ? from : [])));
      return (
        [...labels].filter((label) => !passing.has(label)).length +
        [...passing].filter((from) => !labels.has(from)).length
      );
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
