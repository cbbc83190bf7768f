import { createHash } from "node:crypto";
import koffi from "koffi";
import { afterAll, describe, expect, test } from "vitest";
import type { WfpDocument } from "../../src/ir/wfp-document.ts";
import { sizes, structs } from "../lab/wfp/abi.ts";
import { loaderSource, Rig, type Step } from "../lab/wfp/rig.ts";
import { policyNamed } from "./policies.ts";
import { appliedBy, filterIn, recorded, statesIn } from "./recording.ts";

const rig = new Rig();
afterAll(() => rig.dispose());
const program = rig.build(loaderSource());

const documentsOf = (name: string): ReadonlyMap<string, string> =>
  new Map([...policyNamed(name).files].filter(([file]) => file.endsWith(".json")));
const of = (name: string, state: string): string => {
  const text = documentsOf(name).get(`wfp/${state}.json`);
  if (text === undefined) throw new Error(`${name} has no ${state}`);
  return text;
};

/** `sc showsid`: S-1-5-80 and the SHA-1 of the name in upper case. */
function sidOf(service: string): string {
  const hash = createHash("sha1").update(Buffer.from(service.toUpperCase(), "utf16le")).digest();
  return `S-1-5-80-${[0, 4, 8, 12, 16].map((at) => hash.readUInt32LE(at)).join("-")}`;
}

test("the SID of a service is the one that Windows has for it", () => {
  // "Well-known SIDs", Microsoft: NT SERVICE\TrustedInstaller.
  expect(sidOf("TrustedInstaller")).toBe("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464");
});

test("structures have the sizes of fwpmu.h", () => {
  for (const [name, struct] of Object.entries(structs))
    expect(koffi.sizeof(struct), name).toBe(sizes[name as keyof typeof sizes]);
});

describe.each(["company-split-dns", "kitchen-sink", "two-hops"])("%s", (name) => {
  const all = documentsOf(name);
  const steps: readonly Step[] = [
    ...[...all.values()].map((text): Step => ["apply", text]),
    ["trial", of(name, "lockdown")],
    ["apply", [...all.values()].at(-1) ?? ""],
    ["off", ...all.values()],
  ];
  const native = rig.native(steps);

  test("PowerShell's program and Node make the same calls with the same bytes", () => {
    const { lines, said } = rig.mono(program, steps);
    expect(said.every((line) => /filters stay|removed/.test(line))).toBe(true);
    expect(lines.length).toBeGreaterThan(100);
    expect(lines).toEqual(native);
  });

  test("every call says what the document says", () => {
    for (const text of all.values()) {
      const calls = rig.native([["apply", text]]);
      const { filters } = JSON.parse(text) as WfpDocument;
      expect(appliedBy(calls)).toEqual(filters.map((filter) => recorded(filter, sidOf)));
    }
  });

  test("what is in force is the last document, whole; a trial changes nothing, and off leaves nothing", () => {
    const inForce = statesIn(native);
    const keys = (text: string) => JSON.parse(text).filters.map(({ key }: { key: string }) => key);
    const wanted = [...all.values()].map((text) => new Set(keys(text)));
    expect(inForce).toEqual([...wanted, wanted.at(-1), wanted.at(-1), new Set()]);
  });
});

test("a filter about an interface that is not there is not added, and one about two is about the other", () => {
  const calls = rig.native([["apply", of("company-split-dns", "up")]], { absent: "AnonVPN" });
  const { lines } = rig.mono(program, [["apply", of("company-split-dns", "up")]], { absent: "AnonVPN" });
  expect(lines).toEqual(calls);
  const filters = calls.flatMap((line) => filterIn(line) ?? []);
  const said = JSON.parse(of("company-split-dns", "up")).filters as readonly {
    when: { interface?: readonly string[] };
  }[];
  expect(filters.length).toBe(said.filter(({ when }) => when.interface?.join() !== "AnonVPN").length);
  expect(filters.length).toBeLessThan(said.length);
  expect(filters.flatMap(({ when }) => when.interface ?? [])).not.toContain("AnonVPN");
});

test("what names an interface or a program is looked up again, and the rest stays", () => {
  const up = of("home-wireguard", "up");
  const again = rig
    .native([
      ["apply", up],
      ["apply", up],
    ])
    .slice(rig.native([["apply", up]]).length);
  const keys = (name: string) =>
    again.filter((line) => JSON.parse(line).name === name).map((line) => JSON.parse(line).key);
  const { filters } = JSON.parse(up) as WfpDocument;
  // A filter of the boot may be there and not be listed, so it is asked for.
  const anew = filters.filter(({ when }) => when.interface ?? when.program).map(({ key }) => key);
  const boot = filters.filter(({ lifetime }) => lifetime === "boot").map(({ key }) => key);
  expect(filters.some(({ lifetime, when }) => lifetime === "persistent" && when.program)).toBe(true);
  expect(new Set(keys("FwpmFilterDeleteByKey0"))).toEqual(new Set(anew));
  expect(new Set(keys("FwpmFilterAdd0"))).toEqual(new Set([...anew, ...boot]));
});

describe("a call that fails", () => {
  const name = "home-wireguard";
  const [down, up] = [of(name, "down"), of(name, "up")];
  const keys = (text: string) => new Set(JSON.parse(text).filters.map(({ key }: { key: string }) => key));
  const first = rig.native([["apply", down]]).length;
  const both = rig.native([
    ["apply", down],
    ["apply", up],
  ]).length;

  test("leaves the state before or the state after, whichever call it is", () => {
    for (let failAt = first + 1; failAt <= both; failAt++) {
      const lines = rig.native(
        [
          ["apply", down],
          ["apply", up],
        ],
        { failAt },
      );
      const left = statesIn(lines).at(-1);
      const isCommitted = /Commit/.test(lines.at(-2) ?? "") && /"0x0"/.test(lines.at(-2) ?? "");
      expect(left, `call ${failAt}`).toEqual(isCommitted ? keys(up) : keys(down));
      expect(lines.filter((line) => /Close/.test(line)).length, `call ${failAt}`).toBeGreaterThan(0);
    }
  });

  test("before anything was there, leaves nothing or all", () => {
    for (let failAt = 1; failAt <= first; failAt += 3) {
      const left = statesIn(rig.native([["apply", down]], { failAt })).at(-1) ?? new Set();
      expect([0, keys(down).size], `call ${failAt}`).toContain(left.size);
    }
  });

  test.each([1, 2, 5, 40, both - first])("number %i does the same in PowerShell's program", (after) => {
    const failAt = first + after;
    const steps: readonly Step[] = [
      ["apply", down],
      ["apply", up],
    ];
    const { lines } = rig.mono(program, steps, { failAt });
    expect(lines).toEqual(rig.native(steps, { failAt }));
  });
});

describe("a program with a fault is noticed", () => {
  test.each([
    ["the bytes of an address", "(ulong)b[0] << 24 | (ulong)b[1] << 16", "(ulong)b[1] << 24 | (ulong)b[0] << 16"],
    ["address and mask", "Number(bytes) | (ulong)mask << 32", "mask | Number(bytes) << 32"],
    [
      "what outlasts the engine",
      '== "persistent" ? 1u : lifetime == "boot" ? 2u',
      '== "persistent" ? 2u : lifetime == "boot" ? 1u',
    ],
    ["what passes", 'action == "permit" ? Permit : Block', 'action == "permit" ? Block : Permit'],
    ["a layer", "c38d57d1-05a7-4c33-904f-7fbceee60e82", "e1cd9fe7-f4b5-4273-96c0-592e487b8650"],
    ["a condition less", "(uint)conditions.All.Count;", "(uint)Math.Max(0, conditions.All.Count - 1);"],
    [
      "the transaction",
      "if (!isTrial) Check(Native.FwpmTransactionCommit0(engine)",
      "if (isTrial) Check(Native.FwpmTransactionCommit0(engine)",
    ],
    ["the end of a prefix", "bytes[16] = (byte)length", "bytes[16] = (byte)(length / 2)"],
    ["what stays", '&& !when.ContainsKey("program")', ""],
  ])("%s", (_, from, to) => {
    const source = loaderSource();
    expect(source.split(from).length).toBe(2);
    const home = of("home-wireguard", "up");
    const steps: readonly Step[] = [
      ["apply", of("kitchen-sink", "private.up_work.up")],
      ["apply", home],
      ["apply", home],
    ];
    const { lines } = rig.mono(rig.build(source.replace(from, to)), steps);
    expect(lines).not.toEqual(rig.native(steps));
  });
});
