import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { init, killThreads, Z3_lbool } from "z3-solver";
import { evaluate } from "../../src/ir/evaluate.ts";
import { type Packet, type Payload, describe as words } from "../../src/ir/packet.ts";
import { localities, type Rule, type Ruleset } from "../../src/ir/ruleset.ts";
import { type AddressSet, toPrefixes } from "../../src/net/address-set.ts";
import { accepted } from "../../src/proof/accepted.ts";
import { PacketSpace } from "../../src/proof/packet-space.ts";
import { contains, icmpProtocols, protocolsWithPorts } from "../../src/proof/packet-values.ts";
import { vocabularyOf } from "../../src/proof/vocabulary.ts";
import { rulesets } from "./arbitrary.ts";
import { accepts, connections, directions, existing, families, fields, type World } from "./smt.ts";

/** A second opinion from a solver that shares nothing with packet sets but the rules. */

const { Z3, em } = await init();
const context = Z3.mk_context(Z3.mk_config());
afterAll(() => killThreads(em));

const declarations = Object.entries(fields).map(([name, bits]) => `(declare-const ${name} (_ BitVec ${bits}))`);

/**
 * A packet that one ruleset accepts and the other does not; undefined where there is none. It works in another thread: nothing
 * of it may be collected or freed meanwhile, so its memory is looked after by hand.
 */
async function toldApart(one: Ruleset, other: Ruleset, world: World): Promise<Packet | undefined> {
  const differ = `(assert ${existing(world)})(assert (xor ${accepts(one, world)} ${accepts(other, world)}))`;
  const solver = Z3.mk_solver_for_logic(context, Z3.mk_string_symbol(context, "QF_BV"));
  Z3.solver_inc_ref(context, solver);
  Z3.solver_from_string(context, solver, `${declarations.join("")}${differ}`);
  const answer = await Z3.solver_check(context, solver);
  if (answer === Z3_lbool.Z3_L_UNDEF) throw new Error("the solver gave up");
  const isApart = answer === Z3_lbool.Z3_L_TRUE;
  const model = isApart ? Z3.model_to_string(context, Z3.solver_get_model(context, solver)) : "";
  Z3.solver_dec_ref(context, solver);
  // What does not matter has no value.
  const values = [...model.matchAll(/^(\w+) -> #([bx]\w+)$/gm)].map(
    ([, name = "", digits]) => [name, BigInt(`0${digits}`)] as const,
  );
  return isApart ? packetOf(world, new Map(values)) : undefined;
}

function packetOf({ devices, owners }: World, values: ReadonlyMap<string, bigint>): Packet {
  const big = (name: keyof typeof fields): bigint => values.get(name) ?? 0n;
  const value = (name: keyof typeof fields): number => Number(big(name));
  const one = <T>(values: readonly T[], index: number): T => {
    const found = values[index];
    if (found === undefined) throw new Error(`nothing at ${index}`);
    return found;
  };
  const protocol = value("protocol");
  const payload = (): Payload => {
    if (value("hasHeader") === 0) return { protocol };
    if (protocolsWithPorts.includes(protocol))
      return { protocol, sourcePort: value("sourcePort"), destinationPort: value("destinationPort") };
    return icmpProtocols.includes(protocol) ? { protocol, icmpType: value("icmpType") } : { protocol };
  };
  const family = one(families, value("family"));
  const version = family === "ipv6" ? 6 : 4;
  const name = (field: keyof World["owners"]) => owners[field][value(field) - 1];
  const [inInterface, outInterface] = [devices[value("in") - 1], devices[value("out") - 1]];
  const socket = { user: name("user"), group: name("group") };
  const texts = { slice: name("slice"), program: name("program"), service: name("service") };
  return {
    direction: one(directions, value("direction")),
    family,
    ...(inInterface && { inInterface }),
    ...(outInterface && { outInterface }),
    source: big(`source${version}`),
    destination: big(`destination${version}`),
    sourceLocality: one(localities, value("sourceLocality")),
    destinationLocality: one(localities, value("destinationLocality")),
    payload: payload(),
    hopLimit: value("hopLimit"),
    owner: {
      mark: value("mark"),
      ...Object.fromEntries(Object.entries(socket).filter(([, v]) => v !== undefined)),
      ...Object.fromEntries(Object.entries(texts).flatMap(([k, v]) => (v === undefined ? [] : [[k, `${v}`]]))),
    },
    connection: one(connections, value("connection")),
    ...(value("rewritten") === 1 && { rewritten: true }),
  };
}

/** One interface and one owner for each class that a space tells apart. */
function worldOf({ names }: PacketSpace): World {
  const kinds = [...names.kinds.values, "veth"];
  const owners = (field: keyof World["owners"], other: string | number) => [
    ...names.owners[field].values.filter((value) => value !== undefined),
    other,
  ];
  return {
    devices: names.interfaces.samples.flatMap((name) => kinds.map((kind) => ({ name, ...(kind && { kind }) }))),
    owners: {
      user: owners("user", 4711),
      group: owners("group", 4711),
      slice: owners("slice", "z.slice"),
      program: owners("program", "/bin/z"),
      service: owners("service", "z"),
    },
  };
}

// ---- the same ruleset, written differently or changed a little --------------------------------------------------------

const halves = (set: AddressSet): AddressSet =>
  set.flatMap(toPrefixes).flatMap(({ family, first, last }) => {
    const middle = first + (last - first) / 2n;
    return first === last
      ? [{ family, first, last }]
      : [
          { family, first, last: middle },
          { family, first: middle + 1n, last },
        ];
  });

type Edit = (rules: readonly Rule[], at: number) => readonly Rule[];
const edits: Edit[] = [
  // One rule for each half of an address list means the same.
  (rules, at) =>
    rules.flatMap((rule, i) => {
      const { source } = rule.match;
      if (i !== at || !source || source.set.length === 0) return [rule];
      return halves(source.set).map((range) => ({ ...rule, match: { ...rule.match, source: { set: [range] } } }));
    }),
  (rules, at) => [...rules.slice(0, at), ...rules.slice(at, at + 1), ...rules.slice(at)],
  (rules, at) => [...rules.slice(0, at), ...rules.slice(at, at + 2).toReversed(), ...rules.slice(at + 2)],
  (rules, at) => rules.filter((_, i) => i !== at),
  (rules, at) => rules.map((rule, i) => (i === at ? { ...rule, replies: !rule.replies } : rule)),
  (rules, at) =>
    rules.map((rule, i) => {
      const [gone] = Object.keys(rule.match);
      if (i !== at || gone === undefined) return rule;
      return { ...rule, match: Object.fromEntries(Object.entries(rule.match).filter(([key]) => key !== gone)) };
    }),
  (rules) => rules,
];
const pairs = fc
  .tuple(rulesets, fc.array(fc.tuple(fc.constantFrom(...edits), fc.nat({ max: 11 })), { minLength: 1, maxLength: 3 }))
  .map(([ruleset, list]): readonly [Ruleset, Ruleset] => {
    // What ends closed stays as it is.
    const [body, end] = [ruleset.rules.slice(0, -6), ruleset.rules.slice(-6)];
    const edited = list.reduce<readonly Rule[]>(
      (rules, [edit, at]) => edit(rules, rules.length === 0 ? 0 : at % rules.length),
      body,
    );
    return [ruleset, { ...ruleset, rules: [...edited, ...end] }];
  });

describe("the solver agrees", () => {
  test("on whether two rulesets differ, and on a packet that tells them apart", { timeout: 120_000 }, async () => {
    const seen = { same: 0, different: 0 };
    await fc.assert(
      fc.asyncProperty(pairs, async ([one, other]) => {
        const space = new PacketSpace(vocabularyOf([one, other]));
        // Where routing first sent a packet, and what only a backend asks for, no rule speaks of.
        const differing = accepted(one, space).symmetricDifference(accepted(other, space));
        const packet = await toldApart(one, other, worldOf(space));
        expect(packet === undefined, packet && words(packet)).toBe(differing.isEmpty());
        seen[packet ? "different" : "same"]++;
        if (!packet) return;
        expect(contains(differing, packet, space), words(packet)).toBe(true);
        expect(evaluate(one, packet).verdict.kind).not.toBe(evaluate(other, packet).verdict.kind);
      }),
      { numRuns: 300 },
    );
    expect(seen.same).toBeGreaterThan(40);
    expect(seen.different).toBeGreaterThan(40);
  });
});
