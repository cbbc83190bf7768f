import { expect, test } from "vitest";
import { read } from "../src/check.ts";
import { checkFor } from "../src/check-for.ts";
import { compile } from "../src/compile.ts";
import type { Diagnostic } from "../src/diagnostics/diagnostic.ts";
import { diff } from "../src/diff.ts";
import { explainPacket } from "../src/explain-packet.ts";
import { systemsOf, type Target } from "../src/ir/targets.ts";
import { baselineOf, within } from "../src/within.ts";
import { everywhere, forWindows, good } from "./commands/ksp.ts";

const source = (text: string) => ({ file: "laptop.ksp", text });
const codes = (text: string, targets?: readonly Target[]) =>
  checkFor(source(text), targets && { targets }).diagnostics.map(({ code, message }) => `${code} ${message}`);

const backedUp = `${everywhere}app backup {
  linux user 1007
  windows program 'C:\\Backup\\backup.exe'
  macos user 501
  traffic outside
  on loss keep
}
allow out app backup to 203.0.113.0/28 tcp 22
`;
/** Another program, on Windows alone. */
const moved = backedUp.replace("backup.exe", "other.exe");

test("a policy for Windows alone is whole there, and nowhere else", () => {
  expect(codes(forWindows, ["wfp"])).toEqual([]);
  expect(codes(forWindows)).toEqual(codes(forWindows, ["nft"]));
  for (const [target, system] of [
    ["nft", "Linux"],
    ["pf", "macOS"],
  ] as const) {
    const found = codes(forWindows, ["wfp", target]);
    expect(found).toContain(`KSP2025 tunnel \`vpn\` has no carrier on ${system}`);
    expect(found).toHaveLength(3);
  }
});

test.each([[["pf"]], [["nft", "iptables", "wfp"]]] as const)(
  "what %s cannot say is told as a compile tells it",
  (targets) => {
    const found = checkFor(source(good), { targets });
    expect(found.policy).toBeUndefined();
    expect(found.diagnostics.map(({ code }) => code)).toContain("KSP4002");
    expect(found.diagnostics).toEqual(compile(source(good), { targets }).diagnostics);
  },
);

test("without a target nothing is asked of a firewall", () => {
  const sliced = good
    .replace("protocol wireguard", "protocol openvpn")
    .replace("carrier mark 0x6b73/0xffff", 'carrier slice "openvpn.slice"');
  expect(codes(sliced)).toEqual([]);
  expect(codes(sliced, ["nft"])).toEqual(["KSP4002 nft cannot say a slice before the machine has started it"]);
});

test("a policy may go beyond its baseline on one system alone", () => {
  const found = (targets: readonly Target[]) => {
    const baseline = baselineOf("company.ksp", read(source(backedUp), { systems: systemsOf(targets) }));
    if (!baseline) throw new Error("no baseline");
    return within(checkFor(source(moved), { targets }), baseline).map(({ code, notes }) => `${code} ${notes[0]}`);
  };
  expect(found(["nft", "pf"])).toEqual([]);
  expect(found(["pf", "wfp"])).toContainEqual(
    expect.stringMatching(
      /^KSP3091 Windows, state `down`: out .* program C:\\Backup\\other\.exe .*accepted by this line/,
    ),
  );
});

test("a diff compares on one system, and tells what is said for the others", () => {
  const between = (target: Target) => {
    const compared = diff(source(backedUp), source(moved), [{ targets: [target] }, { targets: [target] }]);
    expect(compared.diagnostics).toEqual([]);
    return { opened: (compared.diff?.opened ?? []).map(({ packets }) => packets), besides: compared.diff?.besides };
  };
  for (const target of ["nft", "pf"] as const)
    expect(between(target)).toEqual({ opened: [], besides: ["what is said for Windows alone"] });
  const { opened, besides } = between("wfp");
  expect(opened).toContainEqual(expect.stringMatching(/203\.0\.113\.0\/28 tcp 22 .*program C:\\Backup\\other\.exe/));
  expect(besides).toEqual([]);
});

test("a packet's answer is that of the target's system", () => {
  const verdicts = (targets?: readonly Target[]) => {
    const { answer } = explainPacket(source(backedUp), "out user 501 to 203.0.113.1 tcp 22", targets && { targets });
    const rows = answer?.rows.filter((row) => row.state === "down" && row.interface === "on uplink");
    return rows?.map(({ verdict }) => verdict);
  };
  expect(verdicts(["nft"])).toEqual(["reject"]);
  expect(verdicts()).toEqual(verdicts(["nft"]));
  expect(verdicts(["pf"])).toEqual(["accept"]);
});

test("what a target cannot say is neither compared nor explained", () => {
  const options = { targets: ["wfp"] } as const;
  expect(diff(source(good), source(good), [options, options])).toMatchObject({
    diagnostics: [{ code: "KSP4002" }, {}],
  });
  expect(explainPacket(source(good), "out to 8.8.8.8 udp 53", options).answer).toBeUndefined();
});

const guarded = `${forWindows}app browser {
  windows program 'C:\\Browser\\Browser.exe'
  traffic tunnel
  on loss pause
}
allow lan
`;

test("Windows reads names in any case: a claim, a packet and another policy may write them in another", () => {
  const claim = (name: string) =>
    codes(`${guarded}expect allow out program '${name}' to 192.168.1.9 tcp 80 while up\n`, ["wfp"]);
  expect(claim("C:\\Other\\Browser.exe")).toEqual([]);
  for (const name of ["C:\\Browser\\Browser.exe", "c:\\BROWSER\\browser.EXE"])
    expect(claim(name)).toEqual([expect.stringMatching(/^KSP3090 /)]);

  const verdicts = (name: string) =>
    explainPacket(source(guarded), `out program '${name}' to 192.168.1.9 tcp 80`, {
      targets: ["wfp"],
    }).answer?.rows.map(({ state, interface: at, verdict }) => `${state} ${at} ${verdict}`);
  expect(verdicts("c:\\BROWSER\\browser.EXE")).toEqual(verdicts("C:\\Browser\\Browser.exe"));
  expect(verdicts("c:\\BROWSER\\browser.EXE")).not.toEqual(verdicts("C:\\Other\\Browser.exe"));

  const compared = diff(source(guarded), source(guarded.replace("Browser.exe", "BROWSER.exe")), [
    { targets: ["wfp"] },
    { targets: ["wfp"] },
  ]).diff;
  expect([compared?.opened, compared?.closed]).toEqual([[], []]);
});

const shown = (found: readonly Diagnostic[], text: string) =>
  found.map(({ primary }) => text.slice(primary?.span.start, primary?.span.end));

test.each<readonly [Target, string, string]>([
  ["wfp", forWindows, "program 'browser.exe'"],
  ["wfp", forWindows, 'service "a/b"'],
  ["wfp", forWindows, "user 1000"],
  ["wfp", forWindows, "mark 0x6b73"],
  ["pf", everywhere, "program '/usr/bin/curl'"],
  ["pf", everywhere, 'slice "a.slice"'],
])("%s claims nothing about a sender that it cannot tell, and explains none (%s)", (target, text, who) => {
  const packet = `out ${who} to 8.8.8.8 tcp 443`;
  const found = checkFor(source(`${text}expect drop ${packet} while down\n`), { targets: [target] }).diagnostics;
  expect(found.map(({ code }) => code)).toEqual(["KSP4002"]);
  expect(shown(found, `${text}expect drop ${packet} while down\n`)).toEqual([who]);
  const asked = explainPacket(source(text), packet, { targets: [target] });
  expect(asked.answer).toBeUndefined();
  expect(asked.diagnostics.map(({ code }) => code)).toEqual(["KSP4002"]);
});

test("an app that a target cannot tell is shown at its line of that system", () => {
  const text = guarded.replace("C:\\Browser\\", "");
  const found = checkFor(source(text), { targets: ["wfp"] }).diagnostics;
  expect(shown(found, text)).toEqual(["windows program 'Browser.exe'"]);
});
