import type { Device, Identity, Os, Policy } from "../ir/policy.ts";
import type { Match, Ruleset } from "../ir/ruleset.ts";
import type { Family } from "../net/address.ts";
import { type AddressSet, ofFamily } from "../net/address-set.ts";
import { anyCase } from "../net/any-case.ts";
import type { Addresses } from "./address-classes.ts";

export const ownerFields = ["user", "group", "slice", "program", "service"] as const;
export type OwnerField = (typeof ownerFields)[number];

/**
 * Everything that rules ask for by name. A packet space tells these apart, and takes all others for one more. Two rulesets
 * can be compared only in a space that knows the names of both. What it does not know of `addresses` it learns when it is
 * asked, which takes longer the more there are.
 */
export interface Vocabulary {
  readonly devices: readonly Device[];
  /** Kinds of interfaces beyond those that tunnels have. */
  readonly kinds: readonly string[];
  readonly owners: Readonly<Record<OwnerField, readonly (string | number)[]>>;
  readonly addresses: Readonly<Record<Family, readonly Addresses[]>>;
}

/** Asks for nothing. */
export const noVocabulary: Vocabulary = {
  devices: [],
  kinds: [],
  owners: { user: [], group: [], slice: [], program: [], service: [] },
  addresses: { ipv4: [], ipv6: [] },
};

/** Asks for one list of addresses. */
export const vocabularyOfAddresses = (family: Family, list: Addresses): Vocabulary => ({
  ...noVocabulary,
  addresses: { ...noVocabulary.addresses, [family]: [list] },
});

/** It is called so everywhere, whether a rule asks for it or not. */
export const loopback: Vocabulary = { ...noVocabulary, devices: [{ kind: "named", name: "lo" }] };

export const vocabularyOf = (rulesets: readonly Ruleset[]): Vocabulary =>
  vocabularyOfMatches(
    rulesets.flatMap(({ rules, rewrites }) => [
      ...rules.map(({ match }) => match),
      ...rewrites.flatMap(({ match, change }) => (change.kind === "masquerade" ? [match, change.as] : [match])),
    ]),
  );

export function vocabularyOfMatches(matches: readonly Match[]): Vocabulary {
  const zones = new Set(
    matches.flatMap(({ inInterface, outInterface }) =>
      [inInterface, outInterface].flatMap((set) => (set && set.kind !== "loopback" ? set.zones : [])),
    ),
  );
  const identities = new Set(matches.flatMap(({ owner }) => owner?.flat() ?? []));
  const asked = matches.flatMap(({ source, destination }) => [source, destination]);
  return vocabularyWith(
    [...zones].flatMap((zone) => zone.devices),
    [...identities],
    asked.flatMap((match) => (match ? [match.set, ...(match.within ? [match.within] : [])] : [])),
  );
}

/** Every name of a policy on one system. */
export function vocabularyOfPolicy(policy: Policy, os: Os): Vocabulary {
  const { links, tunnels, helpers, apps, allows, denies, dns, portal, expects } = policy;
  const packets = [
    ...allows.flatMap(({ opening }) => (opening.kind === "packets" ? [opening.pattern] : [])),
    ...[...denies, ...expects].map(({ pattern }) => pattern),
  ];
  const patterns = [...packets, ...dns, ...(portal ? [portal] : [])];
  return vocabularyWith(
    [...links, ...tunnels].flatMap(({ devices }) => devices[os] ?? []),
    [
      ...[...tunnels, ...helpers].flatMap(({ carrier }) => carrier[os]?.flat() ?? []),
      ...apps.flatMap(({ identity }) => identity[os] ?? []),
      ...patterns.flatMap(({ owner }) => owner ?? []),
    ],
    [
      ...packets.flatMap(({ source, destination }) => [source ?? [], destination ?? []]),
      // Rules put servers of one kind together; the intent asks for each.
      ...[...tunnels, ...helpers].flatMap(({ servers }) => servers.map(({ addresses }) => addresses)),
    ],
  );
}

const vocabularyWith = (
  devices: readonly Device[],
  identities: readonly Identity[],
  sets: readonly AddressSet[],
): Vocabulary => merged({ devices, kinds: [], owners: namesOf(identities), addresses: addressesOf(sets) });

/** What all of them know; sorted, so that the order of rules does not matter. */
export function merged(...vocabularies: readonly Vocabulary[]): Vocabulary {
  const owners = (field: OwnerField) =>
    distinct(
      vocabularies.flatMap((v) => v.owners[field]),
      ownerKey(field),
    );
  return {
    devices: distinct(vocabularies.flatMap((v) => v.devices)),
    kinds: distinct(vocabularies.flatMap((v) => v.kinds)),
    owners: {
      user: owners("user"),
      group: owners("group"),
      slice: owners("slice"),
      program: owners("program"),
      service: owners("service"),
    },
    addresses: {
      ipv4: [...new Set(vocabularies.flatMap(({ addresses }) => addresses.ipv4))],
      ipv6: [...new Set(vocabularies.flatMap(({ addresses }) => addresses.ipv6))],
    },
  };
}

const addressesOf = (sets: readonly AddressSet[]): Vocabulary["addresses"] => {
  const distinct = [...new Set(sets)];
  const of = (family: Family) => distinct.map((set) => ofFamily(set, family)).filter(({ length }) => length > 0);
  return { ipv4: of("ipv4"), ipv6: of("ipv6") };
};

function namesOf(identities: readonly Identity[]): Vocabulary["owners"] {
  const named = (field: OwnerField) =>
    identities.flatMap((identity) => {
      const name = identity.kind === field ? ownerName(identity) : undefined;
      return name === undefined ? [] : [name];
    });
  return {
    user: named("user"),
    group: named("group"),
    slice: named("slice"),
    program: named("program"),
    service: named("service"),
  };
}

/** A number before a name, as the owner of a packet has one or the other. */
export function ownerName(identity: Exclude<Identity, { kind: "mark" }>): string | number | undefined {
  switch (identity.kind) {
    case "user":
    case "group":
      return identity.id ?? identity.name;
    case "slice":
    case "program":
      return identity.path;
    case "service":
      return identity.name;
  }
}

/** Programs and services are of Windows alone. */
export const ownerKey =
  (field: OwnerField) =>
  <T>(value: T): T | string =>
    (field === "program" || field === "service") && typeof value === "string" ? anyCase(value) : value;

/** Of those with one key the first in their order, so that it does not matter which comes first. */
function distinct<T>(values: readonly T[], keyOf: (value: T) => unknown = (value) => value): readonly T[] {
  const sorted = [...new Map(values.map((value) => [JSON.stringify(value), value]))].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const keyed = Map.groupBy(
    sorted.map(([, value]) => value),
    (value) => JSON.stringify(keyOf(value)),
  );
  return [...keyed.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
}
