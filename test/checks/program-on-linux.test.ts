import { expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { explainPacket } from "../../src/explain-packet.ts";
import type { Target } from "../../src/ir/targets.ts";
import { forWindows } from "../commands/ksp.ts";
import { expectFaults, home } from "./helper.ts";

const fault = {
  code: "KSP4002",
  label: "packets do not show it",
  help: 'run it as a user of its own, or in a slice of systemd, and name that: `user NUMBER` or `slice "NAME.slice"`; or declare an `app`, with a line for Windows',
} as const;

test.each([
  "allow out ⟦program '/usr/bin/curl'⟧ to 203.0.113.7 tcp 443",
  "deny out ⟦program '/usr/bin/curl'⟧ to 203.0.113.7",
  "expect drop out ⟦program '/usr/bin/curl'⟧ to 8.8.8.8 udp 53",
  "portal for 5m ⟦program '/usr/bin/curl'⟧ tcp 80 accept-risk KSP3001",
])("%s", (more) => {
  expectFaults(home({ more }), { ...fault, message: "Linux cannot say which program sends a packet" });
});

test("a service, of names that are asked", () => {
  expectFaults(home({ dns: 'dns 10.64.0.1 through wg0\ndns 10.64.0.3 ⟦service "Dnscache"⟧ through wg0' }), {
    ...fault,
    message: "Linux cannot say which service sends a packet",
  });
});

const named = `${forWindows}allow out program 'C:\\Backup\\backup.exe' to 203.0.113.0/28 tcp 22
deny out service "Spooler"
expect allow out program 'C:\\Backup\\backup.exe' to 203.0.113.7 tcp 22
expect drop out program 'C:\\Windows\\curl.exe' to 203.0.113.7 tcp 22 while down
expect drop out service "Spooler" to 203.0.113.7 tcp 80
`;
const source = (text: string) => ({ file: "laptop.ksp", text });

test("Windows shows both, and the documents say what was planned", () => {
  const { diagnostics, files } = compile(source(named), { targets: ["wfp"] });
  expect(diagnostics).toEqual([]);
  const filters: readonly { name: string; action: string; when: object }[] = JSON.parse(
    files?.get("wfp/down.json") ?? "{}",
  ).filters;
  const of = (name: string) => filters.filter((filter) => filter.name.startsWith(name));
  expect(of("allow-out")).toMatchObject([{ action: "permit", when: { program: ["C:\\Backup\\backup.exe"] } }]);
  expect(of("deny-out")).toMatchObject([{ action: "block", when: { interface: ["Wi-Fi"], service: ["Spooler"] } }]);
  const other = named.replace("expect drop out service", "expect allow out service");
  expect(compile(source(other), { targets: ["wfp"] }).diagnostics.map(({ code }) => code)).toEqual(["KSP3090"]);
});

test("a carrier that is a program of every system is Windows's own where rules are for Windows alone", () => {
  const carried = forWindows.replace(/carrier windows service "[^"]+"/, "carrier program 'C:\\VPN\\vpn.exe'");
  const codes = (targets: readonly Target[]) =>
    compile(source(carried), { targets }).diagnostics.map(({ code }) => code);
  expect(codes(["wfp"])).toEqual([]);
  expect(codes(["wfp", "nft"])).toContain("KSP2023");
});

test("a packet of a program is explained where packets show it", () => {
  const packet = "out program 'C:\\Backup\\backup.exe' to 203.0.113.7 tcp 22";
  const { answer } = explainPacket(source(named), packet, { targets: ["wfp"] });
  const row = answer?.rows.find((each) => each.state === "down" && each.interface === "on uplink");
  expect(row).toMatchObject({ verdict: "accept", rule: { stage: "exemption" } });
});

test("and refused where they do not", () => {
  const { answer, diagnostics } = explainPacket(source(home()), "out program '/usr/bin/curl' to 203.0.113.7");
  expect(answer).toBeUndefined();
  expect(diagnostics.map(({ code, primary }) => [code, primary?.span.file])).toEqual([["KSP4002", "<packet>"]]);
});
