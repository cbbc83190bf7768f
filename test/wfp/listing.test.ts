import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PacketSpace } from "../../src/proof/packet-space.ts";
import { Unreadable } from "../../src/proof/readers/wfp/document.ts";
import {
  type ListedSublayer,
  mayBeBlocked,
  mayPassAll,
  outcomesOf,
  type Weighed,
} from "../../src/proof/readers/wfp/listed-arbitration.ts";
import { readListing } from "../../src/proof/readers/wfp/read-listing.ts";
import { loopback } from "../../src/proof/vocabulary.ts";

/** From Microsoft's "Troubleshooting UWP App Connectivity Issues", and from the header of PIA's reader; the second has a callout's action. */
const published = readFileSync(new URL("./listings/filters.xml", import.meta.url), "utf8");

test("filters are read as they were published", () => {
  const { filters, sublayers } = readListing("filters.xml", published);
  expect(filters).toEqual([
    {
      file: "filters.xml",
      line: 4,
      key: "3389708e-f7ae-4ebc-a61a-f659065ab24e",
      name: "InternetClient Default Rule",
      id: "125918",
      provider: "fwpm_provider_mpssvc_wsh",
      layer: "ALE_AUTH_CONNECT_V6",
      sublayer: "fwpm_sublayer_mpssvc_wsh",
      weight: 103079219136n,
      flags: [],
      action: { kind: "permit" },
      conditions: [
        {
          field: "IP_REMOTE_ADDRESS",
          match: "RANGE",
          value: { kind: "range", low: "::", high: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
        },
        {
          field: "ALE_USER_ID",
          match: "EQUAL",
          value: { kind: "text", text: "O:LSD:(A;;CC;;;S-1-15-3-1)(A;;CC;;;WD)(A;;CC;;;AN)" },
        },
      ],
    },
    expect.objectContaining({
      flags: ["PERSISTENT"],
      sublayer: "f31e288d-de5a-4522-9458-de14ebd0a3f8",
      action: { kind: "callout", by: "98849e0b-b07d-11ec-9a30-18602489beee" },
      conditions: [
        {
          field: "IP_REMOTE_ADDRESS",
          match: "EQUAL",
          value: { kind: "masked", address: "127.0.0.1", mask: "255.255.255.255" },
        },
      ],
    }),
  ]);
  expect([...sublayers]).toEqual([]);
});

test("sublayers have weights where they are told, and a second root is no fault", () => {
  const text = `﻿<?xml version="1.0"?><wfpstate><subLayers numItems="2">
    <item><subLayerKey>{7C7B3FB9-3331-436a-98e1-b901df457fff}</subLayerKey><weight>8</weight></item>
    <item><subLayerKey>{b3cdd441-af90-41ba-a745-7c6008ff2301}</subLayerKey><weight>2</weight></item>
  </subLayers><layers><item><filters/></item></layers></wfpstate><firewallState/>`;
  const { sublayers, filters } = readListing("wfpstate.xml", text);
  expect([...sublayers]).toEqual([
    ["7c7b3fb9-3331-436a-98e1-b901df457fff", 8],
    ["fwpm_sublayer_mpssvc_wf", 2],
  ]);
  expect(filters).toEqual([]);
});

test.each([
  ["unexpected close tag", 2, "<wfpdiag><filters>\n</wfpdiag>"],
  ["undefined entity", 1, "<wfpdiag><filters>&x;</filters></wfpdiag>"],
  ["unclosed tag: filters", 3, "<wfpdiag>\n<filters>\n"],
  ["no filters", 1, "<wfpdiag/>"],
  ["text data outside of root node|no filters", 1, "Data collection successful; output = filters.xml"],
])("a text that is none: %s", (reason, line, text) => {
  try {
    readListing("x", text);
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    expect(error.message).toMatch(new RegExp(reason));
    expect(error.line).toBe(line);
  }
});

describe("arbitration, with whatever is not known", () => {
  const space = new PacketSpace(loopback);
  const protocols = [1, 6, 17] as const;
  const set = (of: readonly number[]) => (of.length > 0 ? space.is("protocol", ...of) : space.none);

  interface Filter {
    readonly weight: number;
    readonly action: "permit" | "insist" | "block" | "callout";
    readonly least: readonly number[];
    readonly most: readonly number[];
  }
  interface Sublayer {
    readonly weight: number | undefined;
    readonly filters: readonly Filter[];
  }
  const filter: fc.Arbitrary<Filter> = fc
    .record({
      weight: fc.integer({ min: 1, max: 3 }),
      action: fc.constantFrom("permit" as const, "insist" as const, "block" as const, "callout" as const),
      least: fc.subarray([...protocols]),
      more: fc.subarray([...protocols]),
    })
    .map(({ more, ...rest }) => ({ ...rest, most: [...new Set([...rest.least, ...more])] }));
  const sublayers = (weight: fc.Arbitrary<number | undefined>): fc.Arbitrary<readonly Sublayer[]> =>
    fc.array(fc.record({ weight, filters: fc.array(filter, { maxLength: 3 }) }), { maxLength: 3 });

  type Outcome = "none" | "permit" | "insist" | "block" | "veto";
  /** Every outcome that a sublayer may have: by each choice of what matches, what callouts do, and who of a weight comes first. */
  function outcomes(filters: readonly Filter[], protocol: number): ReadonlySet<Outcome> {
    const found = new Set<Outcome>();
    for (const order of ordersOf(filters)) {
      let open = true;
      for (const { action, least, most } of order) {
        if (!open || !most.includes(protocol)) continue;
        if (action === "callout") for (const each of ["permit", "insist", "veto"] as const) found.add(each);
        else {
          found.add(action);
          if (least.includes(protocol)) open = false;
        }
      }
      if (open) found.add("none");
    }
    return found;
  }
  function ordersOf<T extends { readonly weight: number }>(all: readonly T[]): readonly (readonly T[])[] {
    if (all.length === 0) return [[]];
    const most = Math.max(...all.map(({ weight }) => weight));
    return all.flatMap((first, i) =>
      first.weight === most ? ordersOf(all.filter((_, j) => j !== i)).map((rest) => [first, ...rest]) : [],
    );
  }
  /** "Evaluate all sub-layers"; block is final, a permit for good falls to a veto alone. */
  function verdicts([first, ...rest]: readonly ReadonlySet<Outcome>[]): ReadonlySet<"passes" | "blocked"> {
    if (!first) return new Set(["passes"]);
    const behind = verdicts(rest);
    const isVetoed = rest.some((each) => each.has("veto"));
    const found = [...first].flatMap((outcome): readonly ("passes" | "blocked")[] => {
      if (outcome === "block" || outcome === "veto") return ["blocked"];
      return outcome === "insist" ? ["passes", ...(isVetoed ? (["blocked"] as const) : [])] : [...behind];
    });
    return new Set(found);
  }

  const listed = ({ weight, filters }: Sublayer): ListedSublayer => ({
    ...(weight !== undefined && { weight }),
    outcomes: outcomesOf(
      filters.map(
        ({ weight: own, action, least, most }): Weighed => ({
          filter: {
            weight: BigInt(own),
            flags: action === "insist" ? ["CLEAR_ACTION_RIGHT"] : [],
            action:
              action === "callout"
                ? { kind: "callout", by: "x" }
                : { kind: action === "block" ? "block" : ("permit" as const) },
          },
          matched: { least: set(least), most: set(most) },
        }),
      ),
      space,
    ),
  });
  const isIn = (all: ReturnType<typeof set>, protocol: number) => set([protocol]).isSubsetOf(all);

  test("may pass and may be refused exactly what some choice lets pass or refuses", () => {
    let both = 0;
    fc.assert(
      fc.property(sublayers(fc.integer({ min: 1, max: 60_000 })), (all) => {
        fc.pre(new Set(all.map(({ weight }) => weight)).size === all.length);
        const heaviestFirst = all.toSorted((a, b) => (b.weight ?? 0) - (a.weight ?? 0));
        const [pass, blocked] = [mayPassAll(all.map(listed), space), mayBeBlocked(all.map(listed), space)];
        for (const protocol of protocols) {
          const wanted = verdicts(heaviestFirst.map(({ filters }) => outcomes(filters, protocol)));
          expect([isIn(pass, protocol), isIn(blocked, protocol)]).toEqual([
            wanted.has("passes"),
            wanted.has("blocked"),
          ]);
          if (wanted.size === 2) both++;
        }
      }),
      { seed: 4711, numRuns: 400 },
    );
    expect(both).toBeGreaterThan(100);
  });

  test("where weights of sublayers are not told, whatever any order lets pass or refuses", () => {
    fc.assert(
      fc.property(sublayers(fc.constantFrom(undefined, 1, 2)), (all) => {
        const [pass, blocked] = [mayPassAll(all.map(listed), space), mayBeBlocked(all.map(listed), space)];
        for (const order of permutations(all))
          for (const protocol of protocols) {
            if (!isPossible(order)) continue;
            const wanted = verdicts(order.map(({ filters }) => outcomes(filters, protocol)));
            if (wanted.has("passes")) expect(isIn(pass, protocol)).toBe(true);
            if (wanted.has("blocked")) expect(isIn(blocked, protocol)).toBe(true);
          }
      }),
      { seed: 4711, numRuns: 200 },
    );
  });
  const permutations = <T>(all: readonly T[]): readonly (readonly T[])[] =>
    all.length === 0
      ? [[]]
      : all.flatMap((first, i) => permutations(all.filter((_, j) => j !== i)).map((rest) => [first, ...rest]));
  const isPossible = (order: readonly Sublayer[]): boolean => {
    const told = order.flatMap(({ weight }) => weight ?? []);
    return told.every((weight, i) => i === 0 || weight <= (told[i - 1] ?? weight));
  };
});
