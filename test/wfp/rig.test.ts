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

const keysOf = (text: string): ReadonlySet<string> =>
  new Set((JSON.parse(text) as WfpDocument).filters.map(({ key }) => key));

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
    expect(said.every((line) => /filters removed|is removed/.test(line))).toBe(true);
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
    const inForce = statesIn(native).map((state) => new Set(state.keys()));
    const wanted = [...all.values()].map(keysOf);
    expect(inForce).toEqual([...wanted, wanted.at(-1), wanted.at(-1), new Set()]);
  });
});

test("a filter about an interface that is not there is not added, and one about two is about the other", () => {
  const calls = rig.native([["apply", of("company-split-dns", "up")]], { absent: "AnonVPN" });
  const ran = rig.mono(program, [["apply", of("company-split-dns", "up")]], { absent: "AnonVPN" });
  expect(ran.lines).toEqual(calls);
  expect(ran.said).toEqual([expect.stringMatching(/ added; not there: AnonVPN$/)]);
  const filters = calls.flatMap((line) => filterIn(line) ?? []);
  const said = JSON.parse(of("company-split-dns", "up")).filters as readonly {
    when: { interface?: readonly string[] };
  }[];
  expect(filters.length).toBe(said.filter(({ when }) => when.interface?.join() !== "AnonVPN").length);
  expect(filters.length).toBeLessThan(said.length);
  expect(filters.flatMap(({ when }) => when.interface ?? [])).not.toContain("AnonVPN");
});

describe("names of interfaces", () => {
  const [home, split] = [of("home-wireguard", "up"), of("company-split-dns", "up")];
  const lookUps = (lines: readonly string[]) =>
    lines.filter((line) => line.includes("ConvertInterfaceAliasToLuid")).length;
  const aliases = (text: string) =>
    new Set((JSON.parse(text) as WfpDocument).filters.flatMap(({ when }) => when.interface ?? [])).size;

  test("are looked up once for all filters, and once more before the end", () => {
    for (const text of [home, split]) expect(lookUps(rig.native([["apply", text]]))).toBe(2 * aliases(text));
    expect([aliases(home), aliases(split)]).toEqual([1, 2]);
  });

  test("one that becomes another interface's meanwhile is looked up anew, for all filters", () => {
    const lines = rig.native([["apply", home]], { oneFrom: 2 });
    expect(lookUps(lines)).toBe(4);
    const numbers = lines.flatMap((line) => /"field":"4cd62a49[^}]*?"u64":"?(\d+)/.exec(line)?.[1] ?? []);
    expect(numbers.filter((number) => number !== "47").length).toBe(numbers.length / 2);
    expect(lines.filter((line) => line.includes("Commit"))).toHaveLength(1);
    expect(rig.mono(program, [["apply", home]], { oneFrom: 2 }).lines).toEqual(lines);
  });

  test.each([1, 2, 3])("two of one interface are refused, and nothing changes (from look-up %i on)", (oneFrom) => {
    const { lines, said } = rig.mono(program, [["apply", split]], { oneFrom });
    expect(said).toEqual([expect.stringMatching(/^ksp: .+ and .+ are one interface here$/)]);
    expect(statesIn(lines).at(-1)).toEqual(new Map());
    expect(rig.native([["apply", split]], { oneFrom })).toEqual(lines);
  });

  test("a program that does not look again is noticed", () => {
    const source = loaderSource();
    const from = "interfaces.Confirm();";
    expect(source.split(from).length).toBe(2);
    const { lines } = rig.mono(rig.build(source.replace(from, "")), [["apply", split]], { oneFrom: 1 });
    expect(statesIn(lines).at(-1)?.size).toBeGreaterThan(0);
  });
});

const { provider, sublayer } = JSON.parse(of("home-wireguard", "up")) as WfpDocument;
/** Our provider and sublayer, made by somebody else, in the words of `recorder.c`. */
const parents = ({
  weight = sublayer.weight,
  flags = 1,
  service = 0,
  owner = provider.key,
} = {}): readonly string[] => [
  `provider ${provider.key} ${flags} ${service} -`,
  `sublayer ${sublayer.key} ${flags} ${weight} ${owner}`,
];
const stranger = "11111111-2222-4333-8444-555555555555";
const alien = `filter ${stranger} 1 0 ${sublayer.key}`;
const elsewhere = "66666666-7777-4888-8999-aaaaaaaaaaaa";

describe("what is there in our name is not trusted", () => {
  const up = of("home-wireguard", "up");
  const wanted = statesIn(rig.native([["apply", up]])).at(-1);
  const named = (lines: readonly string[], name: string) =>
    lines.map((line) => JSON.parse(line)).filter((call) => call.name === name && call.code === "0x0");

  test("a state that is applied again is made anew, and in its place", () => {
    const lines = rig.native([
      ["apply", up],
      ["apply", up],
    ]);
    const again = lines.slice(rig.native([["apply", up]]).length);
    for (const name of ["FwpmFilterDeleteByKey0", "FwpmFilterAdd0"])
      expect(new Set(named(again, name).map(({ key }) => key))).toEqual(keysOf(up));
    expect(named(again, "FwpmSubLayerDeleteByKey0")).toEqual([]);
    expect(statesIn(lines).at(-1)).toEqual(wanted);
  });

  test.each(["static", "persistent", "boot"] as const)(
    "a %s filter that has our key and says something else",
    (lifetime) => {
      const document = JSON.parse(up) as WfpDocument;
      const forged = document.filters.map((filter) =>
        filter.lifetime === lifetime ? { ...filter, action: "permit", when: {} } : filter,
      );
      const steps: readonly Step[] = [
        ["apply", JSON.stringify({ ...document, filters: forged })],
        ["apply", up],
      ];
      const lines = rig.native(steps);
      expect(statesIn(lines).at(0)).not.toEqual(wanted);
      expect(statesIn(lines).at(-1)).toEqual(wanted);
      expect(rig.mono(program, steps).lines).toEqual(lines);
    },
  );

  test.each<readonly [string, readonly string[]]>([
    ["a sublayer behind others", parents({ weight: 100 })],
    ["a sublayer before others", parents({ weight: 0xffff })],
    ["a sublayer that nobody owns", parents({ owner: "-" })],
    ["what ends with the engine", parents({ flags: 0 })],
    ["a provider that hangs on a service", parents({ service: 1 })],
    ["a filter in our sublayer, beside a wrong weight", [...parents({ weight: 100 }), alien]],
  ])("%s", (_, there) => {
    const lines = rig.native([["apply", up]], { there });
    expect(named(lines, "FwpmProviderAdd0")).toMatchObject([{ key: provider.key, flags: 1, service: null }]);
    expect(named(lines, "FwpmSubLayerAdd0")).toMatchObject([
      { key: sublayer.key, flags: 1, weight: sublayer.weight, provider: provider.key },
    ]);
    expect(named(lines, "FwpmTransactionCommit0")).toHaveLength(1);
    expect(statesIn(lines).at(-1)).toEqual(wanted);
    const gone = named(lines, "FwpmFilterDeleteByKey0").map(({ key }) => key);
    expect(gone).toEqual(there.some((line) => line.includes(stranger)) ? [stranger] : []);
    expect(rig.mono(program, [["apply", up]], { there }).lines).toEqual(lines);
  });

  test("a filter with our key in the sublayer of others goes; those of others stay", () => {
    const [key = ""] = keysOf(up);
    const others = [`sublayer ${elsewhere} 1 5 -`, `filter ${stranger} 0 0 ${elsewhere}`];
    const lines = rig.native([["apply", up]], { there: [...others, `filter ${key} 1 0 ${elsewhere}`] });
    expect(named(lines, "FwpmFilterDeleteByKey0").map((call) => call.key)).toEqual([key]);
    expect(statesIn(lines).at(-1)).toEqual(wanted);
  });

  test("what cannot be replaced is refused with the reason, and nothing changes", () => {
    // Windows does not list it, so nobody knows its key.
    const there = [...parents({ weight: 100 }), `filter ${stranger} 2 0 ${sublayer.key}`];
    const { lines, said } = rig.mono(program, [["apply", up]], { there });
    expect(said).toEqual(["ksp: sublayer: 0x8032000a"]);
    expect(statesIn(lines).at(-1)).toEqual(new Map());
    expect(() => rig.native([["apply", up]], { there })).toThrow("0x8032000a");
  });

  test.each<readonly [string, string, string, readonly string[]]>([
    ["the weight of the sublayer", ' && found.Weight == (uint)said["weight"]', "", parents({ weight: 100 })],
    ["who owns the sublayer", "isOurs = IsKey(found.Provider, provider)", "isOurs = true", parents({ owner: "-" })],
    ["the service of the provider", " && found.Service == IntPtr.Zero", "", parents({ service: 1 })],
    ["filters in our sublayer", "filter.Sublayer == sublayer || ", "", [...parents(), alien]],
    ["keys that are not listed", "if (!gone.Add(key)) continue;", "if (gone.Add(key)) continue;", parents()],
  ])("a program that does not look at %s is noticed", (_, from, to, there) => {
    const source = loaderSource();
    expect(source.split(from).length).toBe(2);
    const { lines } = rig.mono(rig.build(source.replace(from, to)), [["apply", up]], { there });
    expect(lines).not.toEqual(rig.native([["apply", up]], { there }));
  });
});

describe("a call that fails", () => {
  const name = "home-wireguard";
  const [down, up] = [of(name, "down"), of(name, "up")];
  const before = keysOf(down);
  const there = [...parents(), ...[...before].map((key) => `filter ${key} 1 0 ${sublayer.key}`)];
  const calls = rig.native([["apply", up]], { there }).length;

  test("leaves the state before or the state after, whichever call it is", () => {
    for (let failAt = 2; failAt <= calls; failAt++) {
      const lines = rig.native([["apply", up]], { there, failAt });
      const left = new Set(statesIn(lines, before).at(-1)?.keys());
      const isCommitted = /Commit/.test(lines.at(-2) ?? "") && /"0x0"/.test(lines.at(-2) ?? "");
      expect(left, `call ${failAt}`).toEqual(isCommitted ? keysOf(up) : before);
    }
  });

  test("in a sublayer that was not ours, leaves what was there or all", () => {
    const there = [...parents({ weight: 100 }), alien];
    const names = rig.native([["apply", down]], { there }).map((line) => JSON.parse(line).name);
    // The first of its kind in a row: the rest of them failed above.
    for (const failAt of names.flatMap((name, i) => (name === names[i - 1] ? [] : [i + 1]))) {
      const lines = rig.native([["apply", down]], { there, failAt });
      const left = new Set(statesIn(lines).at(-1)?.keys());
      const { name, objects } = JSON.parse(lines.at(-1) ?? "");
      const isClosed = name === "FwpmEngineClose0";
      expect(isClosed, `call ${failAt}`).toBe(failAt > 1);
      if (isClosed) expect(objects, `call ${failAt}`).toBe(left.size > 0 ? keysOf(down).size + 2 : there.length);
      expect([0, keysOf(down).size], `call ${failAt}`).toContain(left.size);
    }
  });

  test.each([1, 2, 5, 40, calls])("number %i does the same in PowerShell's program", (failAt) => {
    const { lines } = rig.mono(program, [["apply", up]], { there, failAt });
    expect(lines).toEqual(rig.native([["apply", up]], { there, failAt }));
  });
});

test("a document that somebody edited is not put in force where it says what Windows would cut off", () => {
  const up = of("home-wireguard", "up");
  const edited = [
    ['"weight":65534', '"weight":131070'],
    ['"lifetime":"persistent"', '"lifetime":"Persistent"'],
    ['"action":"permit"', '"action":"Permit"'],
    ['"protocol":[17]', '"protocol":[273]'],
    ['"icmpType":[135', '"icmpType":[391'],
    ['"127.0.0.0/8"', '"127.0.0.0/40"'],
    ['"fe80::/10"', '"fe80::/266"'],
    ['"remotePort":["51820"]', '"remotePort":["117356"]'],
    ['"remotePort":["51820"]', '"remotePort":[]'],
    ['"remotePort":', '"remotePorts":'],
    ['"layer":"connect-v4"', '"layer":"connect-v5"'],
    ['"remotePort":["51820"]', '"remotePort":["51820"],"remotePort":["1"]'],
  ].map(([from = "", to = ""]) => {
    expect(up, from).toContain(from);
    return up.replace(from, to);
  });
  const { lines, said } = rig.mono(
    program,
    edited.map((text): Step => ["apply", text]),
  );
  expect(said).toHaveLength(edited.length);
  expect(said.filter((line) => /filters removed/.test(line))).toEqual([]);
  expect(statesIn(lines).every((state) => state.size === 0)).toBe(true);
});

test("what is no document, or none that is whole, is told as such and changes nothing", () => {
  const up = of("home-wireguard", "up");
  const steps: readonly Step[] = [
    ["apply", up],
    ["apply", up.slice(0, -100)],
    ["apply", `${up}{}`],
    ["apply", up.replace("ksp-wfp/1", "ksp-wfp/2")],
    ["off", up, '{"name":"settings"}'],
    ["off", up, "[]"],
  ];
  const { lines, said } = rig.mono(program, steps);
  const other = "ksp: a file beside this script is no document of ksp, or one of another version";
  expect(said.slice(1)).toEqual([
    "ksp: a document is cut off",
    "ksp: more than one document in a file",
    other,
    other,
    other,
  ]);
  expect(new Set(statesIn(lines).at(-1)?.keys())).toEqual(keysOf(up));
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
