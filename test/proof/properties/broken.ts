import { expect, test } from "vitest";
import { describe as words } from "../../../src/ir/packet.ts";
import type { Device } from "../../../src/ir/policy.ts";
import {
  accept,
  type Direction,
  drop,
  type InterfaceSet,
  type Match,
  type Rule,
  type Ruleset,
  type Stage,
} from "../../../src/ir/ruleset.ts";
import { PacketSpace } from "../../../src/proof/packet-space.ts";
import type { PacketSet } from "../../../src/proof/packets/packet-set.ts";
import type { Property } from "../../../src/proof/properties/property.ts";
import { merged, vocabularyOf, vocabularyOfPolicy } from "../../../src/proof/vocabulary.ts";
import { witness } from "../../../src/proof/witness.ts";
import { World } from "../../../src/proof/world.ts";
import { policyNamed, statesOf } from "../policies.ts";

/** Breaks a ruleset as somebody once did. */
export type Change = (rules: readonly Rule[]) => readonly Rule[];

export function worldOf(policyName: string, key: string, change: Change = (rules) => rules): World {
  const planned = policyNamed(policyName);
  const found = statesOf(planned).find(({ state }) => state.key === key);
  if (!found) throw new Error(`${policyName} has no state ${key}`);
  const { state, ruleset } = found;
  const changed: Ruleset = { ...ruleset, rules: change(ruleset.rules) };
  const names = merged(vocabularyOf([ruleset, changed]), vocabularyOfPolicy(planned.policy, "linux"));
  const space = new PacketSpace(names);
  return new World(planned.policy, "linux", state, changed, space);
}

/** A ruleset broken as somebody once did, and the packet by which it is found out. */
export interface Mutant {
  readonly says: string;
  readonly property: Property;
  readonly policy: string;
  readonly state: string;
  readonly change: Change;
  readonly packet: string;
}

/** Each property holds as planned, and the broken ruleset is found out with that packet. */
export const foundOut = (mutants: readonly Mutant[]): void =>
  test.each(mutants)("$says", ({ property, policy, state, change, packet }) => {
    expect(property.broken(worldOf(policy, state)).isEmpty()).toBe(true);
    const world = worldOf(policy, state, change);
    expect(shown(property.broken(world), world.space)).toBe(packet);
  });

export function shown(set: PacketSet, space: PacketSpace): string | undefined {
  const packet = witness(set, space);
  return packet && words(packet);
}

// ---- ways to break -------------------------------------------------------------------------------------------------

const rule = (verdict: Rule["verdict"], direction: Direction, match: Match): Rule => ({
  stage: "helper",
  direction,
  match,
  verdict,
  replies: verdict.kind === "accept",
  from: "a mistake",
});

/** In front of everything. */
export const opened =
  (direction: Direction, match: Match): Change =>
  (rules) => [rule(accept, direction, known(match, rules)), ...rules];

export const closed =
  (direction: Direction, match: Match): Change =>
  (rules) => [rule(drop, direction, known(match, rules)), ...rules];

/** An interface that other rules ask for is asked for as they do it: by its kind as well. */
function known({ inInterface, outInterface, ...rest }: Match, rules: readonly Rule[]): Match {
  const zones = rules.flatMap(({ match }) =>
    [match.inInterface, match.outInterface].flatMap((set) => (set && "zones" in set ? set.zones : [])),
  );
  const asKnown = (set: InterfaceSet): InterfaceSet =>
    set.kind === "one-of"
      ? {
          ...set,
          zones: set.zones.map(
            (zone) => zones.find(({ devices }) => devices.some((device) => isNamed(device, zone.name))) ?? zone,
          ),
        }
      : set;
  return {
    ...rest,
    ...(inInterface && { inInterface: asKnown(inInterface) }),
    ...(outInterface && { outInterface: asKnown(outInterface) }),
  };
}

export const without =
  (stage: Stage, direction: Direction): Change =>
  (rules) =>
    changed(
      rules.filter((r) => r.stage !== stage || r.direction !== direction),
      rules,
    );

export const all =
  (...changes: readonly Change[]): Change =>
  (rules) =>
    changes.reduce((before, change) => change(before), rules);

/** Some rules of a stage with another match. */
export const matching =
  (stage: Stage, change: (match: Match) => Match): Change =>
  (rules) =>
    changed(
      rules.map((r) => (r.stage === stage ? { ...r, match: change(r.match) } : r)),
      rules,
    );

const isNamed = (device: Device, name: string): boolean => device.kind === "named" && device.name === name;

function changed(after: readonly Rule[], before: readonly Rule[]): readonly Rule[] {
  if (JSON.stringify(after, big) === JSON.stringify(before, big)) throw new Error("nothing was broken");
  return after;
}
const big = (_: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}` : value);

export const everywhere = { kind: "none-of", zones: [] } as const;
export const card = (name: string) =>
  ({ kind: "one-of", zones: [{ name, kind: "link", devices: [{ kind: "named", name }] }] }) as const;
