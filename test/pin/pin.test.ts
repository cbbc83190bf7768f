import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isError } from "../../src/diagnostics/diagnostic.ts";
import { type Answer, compile, format, type Load, type Pinned, pin } from "../../src/index.ts";
import { mostAddresses } from "../../src/pin/judge.ts";
import { forWindows } from "../commands/ksp.ts";
import { policy, type Zone, zone } from "./zone.ts";

const run = (text: string, names: Zone, load?: Load) =>
  pin({ file: "home.ksp", text }, zone(names).lookup, { ...(load && { load }) });
const said = ({ diagnostics }: Pinned) => diagnostics.map(({ code, message }) => `${code} ${message}`);
const textOf = ({ changes }: Pinned, file = "home.ksp") => changes.find(({ after }) => after.file === file)?.after.text;
/** What stands at the place of the first diagnostic. */
const marked = ({ diagnostics, sources }: Pinned) => {
  const span = diagnostics.find(({ primary }) => primary)?.primary?.span;
  return span && sources.find(({ file }) => file === span.file)?.text.slice(span.start, span.end);
};
const failed = (reason: string): Answer => ({ kind: "failed", reason });
const addresses = (...all: readonly string[]): Answer => ({ kind: "addresses", addresses: all });
const gone: Answer = { kind: "no-such-name" };

const named = policy(['host "vpn.example" udp 51820']);

describe("writes", () => {
  test("the addresses behind the name, IPv4 first and in order, and nothing else", async () => {
    const pinned = await run(named, { "vpn.example": ["9.9.9.10", "2620:fe::fe", "9.9.9.9", "9.9.9.10"] });
    expect(said(pinned)).toEqual([]);
    expect(textOf(pinned)).toBe(policy(['host "vpn.example" at 9.9.9.9, 9.9.9.10, 2620:fe::fe udp 51820']));
    expect(pinned.names).toBe(1);
  });

  test("new addresses in the place of old ones; the same in another order are no change", async () => {
    const old = policy(['host "vpn.example" at 9.9.9.10, 9.9.9.9 udp 51820']);
    const moved = await run(old, { "vpn.example": ["149.112.112.112"] });
    expect(textOf(moved)).toBe(policy(['host "vpn.example" at 149.112.112.112 udp 51820']));
    expect(await run(old, { "vpn.example": ["9.9.9.9", "9.9.9.10"] })).toMatchObject({ changes: [], names: 1 });
  });

  test("servers of tunnels and of helpers, and openings; each name is asked once for each family", async () => {
    const helper =
      'helper obfs {\n  server host "VPN.example" tcp 443\n  carrier user 994\n  listen 127.0.0.1 udp 51821\n}';
    const text = policy(["helper obfs"], helper, 'allow host "vpn.EXAMPLE" tcp 8443');
    const { lookup, questions } = zone({ "vpn.example": ["9.9.9.9"] });
    const pinned = await pin({ file: "home.ksp", text }, lookup);
    expect(said(pinned)).toEqual([]);
    expect(textOf(pinned)).toContain('  server host "VPN.example" at 9.9.9.9 tcp 443\n');
    expect(textOf(pinned)).toContain('\nallow host "vpn.EXAMPLE" at 9.9.9.9 tcp 8443\n');
    expect(questions).toEqual(["vpn.example ipv4", "vpn.example ipv6"]);
  });

  test("into a formatted file so that it stays formatted, into another without touching the rest", async () => {
    const many = Array.from({ length: 6 }, (_, i) => `2620:fe:1234:5678:9abc:def0:1234:567${i}`);
    const pinned = textOf(await run(named, { "vpn.example": many })) ?? "";
    expect(pinned).toContain(`  server host "vpn.example" at ${many[0]},\n    ${many[1]},\n`);
    expect(format({ file: "home.ksp", text: pinned }).text).toBe(pinned);
    const untidy = named.replaceAll("\n", "\r\n").replace("ipv6 block", "ipv6   block");
    expect(textOf(await run(untidy, { "vpn.example": ["9.9.9.9"] }))).toBe(
      untidy.replace('"vpn.example"', '"vpn.example" at 9.9.9.9'),
    );
  });

  test("into a policy for Windows alone, where that is the target", async () => {
    const text = forWindows.replace("server 198.51.100.7", 'server host "vpn.example"');
    const { lookup } = zone({ "vpn.example": ["9.9.9.9"] });
    const pinned = await pin({ file: "home.ksp", text }, lookup, { targets: ["wfp"] });
    expect(said(pinned)).toEqual([]);
    expect(textOf(pinned)).toBe(forWindows.replace("198.51.100.7", 'host "vpn.example" at 9.9.9.9'));
    expect(said(await pin({ file: "home.ksp", text }, lookup))).not.toEqual([]);
  });

  test("private answers where `within` expects them", async () => {
    const text = policy(["9.9.9.9 udp 51820"], 'allow host "printer.corp.example" within 10.1.0.0/24 tcp 631');
    const pinned = await run(text, { "printer.corp.example": ["10.1.0.9"] });
    expect(textOf(pinned)).toContain('"printer.corp.example" at 10.1.0.9 within 10.1.0.0/24 tcp 631');
  });

  test("into a fragment that the policy imports", async () => {
    const office = 'ksp 1\nfragment office\n\nallow host "sso.example" tcp 443\n';
    const load: Load = (path) => (path === "office.ksp" ? { file: path, text: office } : { fault: "no such file" });
    const text = policy(["9.9.9.9 udp 51820"], 'import "office.ksp"');
    const pinned = await run(text, { "sso.example": ["9.9.9.10"] }, load);
    expect(said(pinned)).toEqual([]);
    expect(pinned.changes.map(({ after }) => after)).toEqual([
      { file: "office.ksp", text: office.replace('"sso.example"', '"sso.example" at 9.9.9.10') },
    ]);
  });
});

describe("asks nothing", () => {
  test.each([
    ["without a name", policy(["9.9.9.9 udp 51820"]), []],
    ["for a policy with another mistake", named.replace("ipv6 block", "ipv6 blok"), ["KSP1005"]],
    ["for a policy with a mistake of meaning", named.replace("through wg0", "through wg1"), ["KSP2001"]],
    ["for a fragment alone", 'ksp 1\nfragment office\nallow host "a.example" tcp 443\n', ["KSP2069"]],
  ])("%s", async (_, text, codes) => {
    const { lookup, questions } = zone({});
    const { changes, diagnostics } = await pin({ file: "home.ksp", text }, lookup);
    expect({ changes, questions, codes: diagnostics.map(({ code }) => code) }).toEqual({
      changes: [],
      questions: [],
      codes,
    });
  });
});

describe("refuses, with the place, and writes nothing", () => {
  const refusals: readonly (readonly [string, Zone[string], string])[] = [
    [
      "no such name",
      { ipv4: gone, ipv6: gone },
      "KSP5030 the addresses of `vpn.example` are not known: the name does not exist",
    ],
    ["no address", [], "KSP5030 the addresses of `vpn.example` are not known: the name has none"],
    [
      "no address, and no name in the other family",
      { ipv4: addresses(), ipv6: gone },
      "KSP5030 the addresses of `vpn.example` are not known: the name has none",
    ],
    [
      "no name in one family alone",
      { ipv4: addresses("9.9.9.9"), ipv6: gone },
      "KSP5030 the addresses of `vpn.example` are not known: the name exists for IPv4 alone, so one of the two answers is wrong",
    ],
    [
      "the other way round",
      { ipv4: gone, ipv6: addresses("2620:fe::fe") },
      "KSP5030 the addresses of `vpn.example` are not known: the name exists for IPv6 alone, so one of the two answers is wrong",
    ],
    [
      "half an answer",
      { ipv4: addresses("9.9.9.9"), ipv6: failed("no answer in time") },
      "KSP5030 the addresses of `vpn.example` are not known: asked for IPv6: no answer in time",
    ],
    [
      "an IPv6 address for IPv4",
      { ipv4: addresses("2620:fe::fe"), ipv6: addresses() },
      "KSP5030 the addresses of `vpn.example` are not known: an answer for IPv4 holds something else",
    ],
    [
      "an answer that is no address",
      { ipv4: addresses("9.9.9.9\nallow lan"), ipv6: addresses() },
      "KSP5030 the addresses of `vpn.example` are not known: an answer for IPv4 holds something else",
    ],
    [
      "a private address among others",
      ["9.9.9.9", "192.168.1.1"],
      "KSP5031 the answer for `vpn.example` is 192.168.1.1, a private address",
    ],
    [
      "too many",
      Array.from({ length: mostAddresses + 1 }, (_, i) => `9.9.9.${i}`),
      `KSP5032 \`vpn.example\` has ${mostAddresses + 1} addresses`,
    ],
  ];
  test.each(refusals)("%s", async (_, answer, message) => {
    const pinned = await run(named, { "vpn.example": answer });
    expect({ said: said(pinned), at: marked(pinned) }).toEqual({ said: [message], at: '"vpn.example"' });
    expect(pinned.changes).toEqual([]);
  });

  test.each([
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.1.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:9.9.9.9",
    "64:ff9b::909:909",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:db8::7",
    "2002:909:909::1",
    "2001:20::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd64::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
  ])("%s, as no server in the internet has it", async (address) => {
    const pinned = await run(named, { "vpn.example": [address] });
    expect(pinned.diagnostics.map(({ code }) => code)).toEqual(["KSP5031"]);
    expect(pinned.changes).toEqual([]);
  });

  test("one of several names: the others are not written either, and each fault is said once", async () => {
    const text = policy(['host "good.example" udp 51820', 'host "bad.example" udp 51820', 'host "bad.example" udp 53']);
    const pinned = await run(text, { "good.example": ["9.9.9.9"] });
    expect(said(pinned)).toEqual(["KSP5030 the addresses of `bad.example` are not known: the name does not exist"]);
    expect(pinned.changes).toEqual([]);
  });

  test("an answer outside of `within`: the policy would not compile", async () => {
    const text = policy(["9.9.9.9 udp 51820"], 'allow host "a.example" within 10.1.0.0/24 tcp 631');
    const pinned = await run(text, { "a.example": ["10.2.0.9"] });
    expect(said(pinned)).toEqual([
      "KSP5035 with the addresses that its names have now, `home.ksp` does not compile",
      "KSP2052 `10.2.0.9` is not inside `within`",
    ]);
    expect({ at: marked(pinned), changes: pinned.changes }).toEqual({ at: "10.2.0.9", changes: [] });
  });

  test.each(['host "a b.example" udp 51820', 'host "bücher.example" udp 51820', 'host "9.9.9.9" udp 51820'])(
    "%s",
    async (server) => {
      const { lookup, questions } = zone({});
      const pinned = await pin({ file: "home.ksp", text: policy([server]) }, lookup);
      expect(said(pinned)).toEqual([expect.stringMatching(/^KSP2092 .* is no host name$/)]);
      expect({ changes: pinned.changes, questions }).toEqual({ changes: [], questions: [] });
    },
  );

  test("a name that a parameter gives, without addresses", async () => {
    const office = 'ksp 1\nfragment office\nparam where text = "sso.example"\nallow host $where tcp 443\n';
    const load: Load = () => ({ file: "office.ksp", text: office });
    const pinned = await run(
      policy(["9.9.9.9 udp 51820"], 'import "office.ksp"'),
      { "sso.example": ["9.9.9.9"] },
      load,
    );
    expect(said(pinned)).toEqual([expect.stringMatching(/^KSP5030 .*: a parameter gives the name$/)]);
    expect({ at: marked(pinned), changes: pinned.changes }).toEqual({ at: "$where", changes: [] });
  });
});

describe("keeps what somebody chose, and says so", () => {
  test.each([
    ["198.51.100.0/28", "they are not written out one by one"],
    ["198.51.100.1-198.51.100.3", "they are not written out one by one"],
    ["198.51.100.7, @more", "they are not written out one by one"],
    ["@more except 203.0.113.9", "they are not written out one by one"],
    ["198.51.100.7,  # Oslo\n    198.51.100.8", "comments stand among them"],
  ])("%s", async (at, reason) => {
    const text = policy(
      [`host "vpn.example" at ${at} udp 51820`],
      "list more = 203.0.113.8/31",
      "deny out to @more tcp 1",
    );
    const pinned = await run(text, { "vpn.example": ["9.9.9.9"] });
    expect(said(pinned)).toEqual([`KSP5034 the addresses of \`vpn.example\` stay as they are: ${reason}`]);
    expect({ at: marked(pinned), changes: pinned.changes, names: pinned.names }).toEqual({
      at: '"vpn.example"',
      changes: [],
      names: 0,
    });
  });
});

const anyAnswer: fc.Arbitrary<Answer> = fc.oneof(
  fc
    .array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom("9.9.9.9", "149.112.112.112", "2620:fe::fe"), fc.string()), {
      maxLength: 3,
    })
    .map((all) => addresses(...all)),
  fc
    .uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 20 })
    .map((all) => addresses(...all.map((n) => `9.9.9.${n}`))),
  { weight: 8, arbitrary: fc.constantFrom(addresses(), addresses("9.9.9.9"), addresses("9.9.9.10", "9.9.9.9")) },
  { weight: 8, arbitrary: fc.constant(addresses("2620:fe::fe")) },
  fc.constantFrom(gone, failed("no answer in time")),
);

test("whatever is answered: a policy that compiles and that the same answers leave alone, or an error and no change", async () => {
  const ends = { written: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.record({ ipv4: anyAnswer, ipv6: anyAnswer }),
      fc.record({ ipv4: anyAnswer, ipv6: anyAnswer }),
      async (first, second) => {
        const text = policy(['host "a.example" udp 51820', 'host "b.example" at 9.9.9.9 udp 53']);
        const names = { "a.example": first, "b.example": second };
        const pinned = await run(text, names);
        const after = textOf(pinned);
        expect(pinned.diagnostics.some(isError)).toBe(after === undefined);
        ends[after === undefined ? "refused" : "written"]++;
        if (after === undefined) return;
        const compiled = compile({ file: "home.ksp", text: after }, { targets: ["nft"] });
        expect(compiled.diagnostics.filter(isError)).toEqual([]);
        expect((await run(after, names)).changes).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
  expect(ends.written).toBeGreaterThan(5);
  expect(ends.refused).toBeGreaterThan(5);
});
