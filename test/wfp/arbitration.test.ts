import fc from "fast-check";
import { expect, test } from "vitest";
import { documentText } from "../../src/emitters/wfp/document.ts";
import { keyOf } from "../../src/emitters/wfp/keys.ts";
import { canonicalJson } from "../../src/ir/canonical.ts";
import { describe as describePacket, type Packet } from "../../src/ir/packet.ts";
import { type WfpConditions, type WfpDocument, type WfpFilter, wfpLayers } from "../../src/ir/wfp-document.ts";
import { connections } from "../../src/proof/dimensions.ts";
import { PacketSpace } from "../../src/proof/packet-space.ts";
import { contains } from "../../src/proof/packet-values.ts";
import { inForce as forced, Meaning, vocabularyOfDocument } from "../../src/proof/readers/wfp/meaning.ts";
import { readDocument } from "../../src/proof/readers/wfp/read-document.ts";
import { loopback, merged } from "../../src/proof/vocabulary.ts";
import { inForce, type Moment, passes } from "./simulator.ts";

/** Few values, so that filters meet the same packets and contradict each other. */
const isV4 = (layer: string): boolean => layer.endsWith("v4");
const some = <T>(...values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const conditions = (layer: WfpFilter["layer"], lifetime: string): fc.Arbitrary<WfpConditions> => {
  const isFlow = /^(connect|accept)/.test(layer);
  if (layer.startsWith("forward")) return fc.constant({});
  const addresses = isV4(layer)
    ? some("10.0.0.0/8", "192.0.2.1", "198.51.100.7-198.51.100.9")
    : some("fd00::/8", "2001:db8::7", "fe80::1-fe80::9");
  const payloads: readonly fc.Arbitrary<WfpConditions>[] = [
    fc.constant({}),
    fc.record({ protocol: fc.constant([17]), localPort: some("53", "68") }),
    fc.record({ protocol: some(6, 17), remotePort: some("53", "80-443", "51820") }),
    fc.record({
      protocol: fc.constant([isV4(layer) ? 1 : 58]),
      icmpType: isV4(layer) ? some(0, 8) : some(128, 129, 135),
    }),
  ];
  const types = isV4(layer) ? some(3, 11) : some(1, 2, 3);
  return fc
    .record({
      loopback: maybe(fc.constant(true as const)),
      interface: lifetime === "static" ? maybe(some("wg0", "Ethernet")) : fc.constant(undefined),
      localAddressType: layer.startsWith("accept")
        ? maybe(some("unicast", "multicast", "broadcast"))
        : fc.constant(undefined),
      localAddress: maybe(addresses),
      remoteAddress: maybe(addresses),
      payload: isFlow ? fc.oneof(...payloads) : maybe(types.map((icmpType): WfpConditions => ({ icmpType }))),
      program: isFlow && lifetime !== "boot" ? maybe(some("C:\\a.exe", "C:\\b.exe")) : fc.constant(undefined),
    })
    .map(({ payload, ...rest }) => ({
      ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
      ...payload,
    }));
};

/** The weight says what a filter does: those of one weight must agree. */
const filter: fc.Arbitrary<WfpFilter> = fc
  .record({
    layer: fc.constantFrom(...wfpLayers),
    weight: fc.integer({ min: 1, max: 8 }),
    lifetime: fc.constantFrom("static" as const, "persistent" as const, "boot" as const),
  })
  .chain(({ layer, weight, lifetime }) =>
    conditions(layer, lifetime).map((when): WfpFilter => {
      const unkeyed = {
        name: "x",
        layer,
        weight,
        action: weight % 2 === 0 ? "permit" : "block",
        lifetime,
        when,
      } as const;
      return { ...unkeyed, key: keyOf(canonicalJson(unkeyed)) };
    }),
  );

const sublayer = (weight: number): fc.Arbitrary<WfpDocument> =>
  fc.uniqueArray(filter, { minLength: 1, maxLength: 12, selector: ({ key }) => key }).map((filters) => ({
    format: "ksp-wfp/1",
    policy: "x",
    state: "up",
    provider: { key: keyOf("p"), name: "x" },
    sublayer: { key: keyOf(`${weight}`), name: "x", weight },
    filters,
  }));

const packet: fc.Arbitrary<Packet> = fc
  .record({
    direction: fc.constantFrom("out" as const, "in" as const, "forward" as const),
    family: fc.constantFrom("ipv4" as const, "ipv6" as const),
    device: fc.constantFrom({ name: "wg0" }, { name: "Ethernet" }, { name: "eth9" }, { name: "lo", kind: "loopback" }),
    ends: fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 })),
    payload: fc.oneof(
      fc.record({
        protocol: fc.constantFrom(6, 17),
        sourcePort: fc.constantFrom(53, 68, 443, 9),
        destinationPort: fc.constantFrom(53, 68, 100, 51820),
      }),
      fc.constantFrom(0, 3, 8, 11, 13).map((icmpType) => ({ protocol: 1, icmpType })),
      fc.constantFrom(1, 2, 128, 129, 135).map((icmpType) => ({ protocol: 58, icmpType })),
      fc.constant({ protocol: 47 }),
    ),
    program: fc.constantFrom(undefined, "C:\\a.exe", "C:\\b.exe"),
    localities: fc.tuple(
      fc.constantFrom("local" as const, "multicast" as const),
      fc.constantFrom("local" as const, "broadcast" as const),
    ),
    isAnswer: fc.boolean(),
  })
  .map(({ direction, family, device, ends, payload, program, localities, isAnswer }) => {
    const at = (i: number): bigint =>
      family === "ipv4"
        ? ([0x0a000001n, 0xc0000201n, 0xc6336408n, 0x01010101n][i] ?? 0n)
        : ([0xfd00n << 112n, (0x20010db8n << 96n) + 7n, (0xfe80n << 112n) + 5n, 1n][i] ?? 0n);
    const isError =
      payload.protocol === 1
        ? [3, 11].includes("icmpType" in payload ? payload.icmpType : 0)
        : payload.protocol === 58 && "icmpType" in payload && payload.icmpType < 128;
    return {
      direction,
      family,
      ...(direction !== "out" && { inInterface: device }),
      ...(direction !== "in" && { outInterface: device }),
      source: at(ends[0]),
      destination: at(ends[1]),
      sourceLocality: localities[0],
      destinationLocality: localities[1],
      payload,
      hopLimit: 64,
      owner: { mark: 0, ...(program !== undefined && direction !== "forward" && !isAnswer && { program }) },
      connection: isError ? "related" : isAnswer && direction !== "forward" ? "established-reply" : "new",
    };
  });

const moments: readonly Moment[] = ["running", "engine restarted", "before the engine"];

test("any filters of two sublayers mean to the reader what the model of arbitration says", { timeout: 120_000 }, () => {
  let blocked = 0;
  fc.assert(
    fc.property(
      sublayer(0xfffe),
      sublayer(7),
      fc.array(packet, { minLength: 20, maxLength: 40 }),
      (ours, others, packets) => {
        const read = [ours, others].map((document) => {
          const { filters } = document;
          const sorted = { ...document, filters: filters.toSorted((a, b) => b.weight - a.weight) };
          const result = readDocument(documentText(sorted));
          if ("fault" in result) throw new Error(result.fault.reason);
          return result.document;
        });
        const space = new PacketSpace(merged(loopback, ...read.map(vocabularyOfDocument)));
        const meaning = new Meaning(space);
        for (const moment of moments) {
          const sublayers = read.map((document) => forced(document, moment));
          const [opened, answered] = [meaning.openings(sublayers), meaning.answers(sublayers)];
          for (const packet of packets) {
            const isAnswer = packet.connection === "established-reply";
            const says = contains(isAnswer ? answered : opened, packet, space);
            const model = passes([inForce(ours, moment), inForce(others, moment)], packet);
            // Who opened a flow is not asked: more answers may pass, never fewer.
            if (isAnswer ? model && !says : model !== says)
              throw new Error(`${moment}: ${describePacket(packet)}: ${says}`);
            if (!model) blocked++;
          }
        }
      },
    ),
    { seed: 4711, numRuns: 150 },
  );
  expect(blocked).toBeGreaterThan(1000);
});

test("a block is final for lighter sublayers, a permit of ours is not", () => {
  const of = (action: "permit" | "block", weight: number): WfpDocument => {
    const unkeyed = { name: "x", layer: "connect-v4", weight: 1, action, lifetime: "static", when: {} } as const;
    const filters = [{ ...unkeyed, key: keyOf(canonicalJson(unkeyed)) }];
    return {
      format: "ksp-wfp/1",
      policy: "x",
      state: "up",
      provider: { key: keyOf("p"), name: "x" },
      sublayer: { key: keyOf("s"), name: "x", weight },
      filters,
    };
  };
  const space = new PacketSpace(loopback);
  const isNew = space.is("connection", connections.numberOf("new"));
  const connects = space
    .direction("out")
    .intersect(space.family("ipv4"))
    .intersect(isNew)
    .minus(space.is("protocol", 1));
  const passing = (...documents: readonly WfpDocument[]): boolean => {
    const sublayers = documents.map((document) => {
      const read = readDocument(documentText(document));
      if ("fault" in read) throw new Error(read.fault.reason);
      return forced(read.document, "running");
    });
    return connects.isSubsetOf(new Meaning(space).openings(sublayers));
  };
  expect(passing(of("block", 9), of("permit", 1))).toBe(false);
  expect(passing(of("permit", 9), of("block", 1))).toBe(false);
  expect(passing(of("permit", 9))).toBe(true);
  expect(passing(of("block", 1), of("permit", 9))).toBe(false);
});
