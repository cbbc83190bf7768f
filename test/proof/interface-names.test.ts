import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { belongsTo } from "../../src/ir/evaluate.ts";
import type { Device } from "../../src/ir/policy.ts";
import { InterfaceNames } from "../../src/proof/interface-names.ts";

/** Few characters, so that names, prefixes and numbers meet. */
const names = fc.oneof(
  fc.string({ unit: fc.constantFrom("u", "t", "n", "0", "1"), minLength: 1, maxLength: 7 }),
  fc.string({ unit: fc.constantFrom("a", "b", "c", "-"), maxLength: 3 }).map((rest) => `utun-${rest}`),
  fc.string({ unit: "binary", minLength: 1, maxLength: 3 }),
);
const devices: fc.Arbitrary<Device> = fc.oneof(
  names.map((name): Device => ({ kind: "named", name })),
  names.map((prefix): Device => ({ kind: "prefix", prefix })),
  fc.constantFrom("a", "b").map((of): Device => ({ kind: "utun", of })),
);
const isNamed = (device: Device, name: string): boolean =>
  belongsTo({ name: "", kind: "link", devices: [device] }, { name });

test("every name falls into a class, and shares all its devices with the sample of its class", () => {
  fc.assert(
    fc.property(fc.array(devices, { maxLength: 8 }), fc.array(names, { minLength: 20 }), (list, tried) => {
      const classes = new InterfaceNames(list);
      const taken = list.flatMap((d) => (d.kind === "named" ? [d.name] : d.kind === "prefix" ? [d.prefix] : []));
      for (const name of [...tried, ...taken, ...taken.map((t) => `${t}0`), ...taken.map((t) => t.slice(0, -1))]) {
        const number = classes.classOf(name);
        const sample = classes.samples[number] ?? "";
        const wrong = list.filter(
          (device) =>
            isNamed(device, sample) !== isNamed(device, name) ||
            classes.of(device).includes(number) !== isNamed(device, name),
        );
        if (wrong.length > 0) expect.fail(`${name} and ${sample}: ${JSON.stringify(wrong)}`);
      }
      expect(classes.samples.map((name) => classes.classOf(name))).toEqual(classes.samples.map((_, i) => i));
    }),
    { numRuns: 2_000 },
  );
});

describe("all ten numbers after a prefix are taken", () => {
  const digits = [..."0123456789"];
  const list: readonly Device[] = [
    { kind: "utun", of: "5" },
    ...digits.map((digit): Device => ({ kind: "prefix", prefix: `utun-${digit}` })),
    ...digits.map((digit): Device => ({ kind: "prefix", prefix: `wg${digit}` })),
    { kind: "prefix", prefix: "wg" },
  ];
  const classes = new InterfaceNames(list);
  test.each(["utun-5", "utun5", "utun5a", "utun", "utuna", "wg", "wga", "wg3", "w", "x", ""])("%o", (name) => {
    expect(() => classes.classOf(name)).not.toThrow();
  });
});

test("a class reads as what its names have in common", () => {
  const classes = new InterfaceNames([
    { kind: "named", name: "eth0" },
    { kind: "prefix", prefix: "wg" },
    { kind: "prefix", prefix: "wg1" },
    { kind: "utun", of: "vpn" },
  ]);
  const labels = ["eth0", "wg0", "wg1", "wg17", "utun-vpn", "utun3"].map(
    (name) => classes.labels[classes.classOf(name)],
  );
  expect(labels).toEqual(["eth0", "wg*", "wg1*", "wg1*", "utun-vpn", "other"]);
});
