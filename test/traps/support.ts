import { expect } from "vitest";
import { check } from "../../src/check.ts";
import { refusals } from "../../src/emitters/capabilities.ts";
import { iptables } from "../../src/emitters/iptables/emit.ts";
import { compile } from "../../src/index.ts";
import { evaluate } from "../../src/ir/evaluate.ts";
import type { Packet } from "../../src/ir/packet.ts";
import { type Plan, plan } from "../../src/ir/plan.ts";
import { resolvePattern } from "../../src/ir/resolve/resolve.ts";
import { sampleOf } from "../../src/ir/sample-packet.ts";
import { vantagesOf } from "../../src/ir/vantage.ts";
import { parsePacket } from "../../src/parser/parse.ts";
import { Iptables } from "../emitters/iptables-simulator.ts";
import { Nftables } from "../emitters/nft-simulator.ts";
import { translated } from "../emitters/translation.ts";

const compiled = (text: string, files: Readonly<Record<string, string>> = {}) =>
  compile(
    { file: "home.ksp", text },
    {
      targets: ["nft"],
      load: (path) => {
        const found = files[path];
        return found === undefined ? { fault: "no such file or directory" } : { file: path, text: found };
      },
    },
  );

/** The policy is refused with just this code, and nothing is written. */
export function expectRefused(text: string, code: string, files?: Readonly<Record<string, string>>): void {
  const { files: written, diagnostics } = compiled(text, files);
  expect(diagnostics.map((found) => found.code)).toEqual([code]);
  expect(written).toBeUndefined();
}

/** What is written for nftables, without a word of doubt. */
export function rulesetOf(text: string, files?: Readonly<Record<string, string>>): string {
  const { files: written, diagnostics } = compiled(text, files);
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  return written?.get("nft/ruleset.nft") ?? "";
}

/** The other backend with the tunnel up, where it can say the policy. */
function byIptables(planned: Plan): Readonly<Record<"v4" | "v6", Iptables>> | undefined {
  if (refusals(planned, iptables.capabilities).length > 0) return undefined;
  const files = iptables.emit(planned);
  const of = (family: string): Iptables =>
    new Iptables(files.get("iptables/sets.ipset"))
      .load(files.get(`iptables/ruleset.${family}`) ?? "")
      .load(files.get(`iptables/switch/up.${family}`) ?? "");
  return { v4: of("v4"), v6: of("v6") };
}

/**
 * Where a packet passes while the tunnel is up: `through wg0`, `elsewhere`. Asked of the emitted text, whose meaning the
 * plan must have as well: a compiler that asks only its own policy says "deny" of a packet that its output lets pass.
 * `arrives` is the interface that a forwarded packet comes from.
 */
export function openAt(text: string, packet: string, arrives?: string): readonly string[] {
  const { policy, file } = check({ file: "home.ksp", text });
  const { files } = compiled(text);
  const parsed = parsePacket(packet, "packet");
  const pattern = file && parsed.packet && resolvePattern(file, parsed.packet).pattern;
  const ruleset = policy && plan(policy, "linux").states.find(({ state }) => state === "up");
  if (!policy || !ruleset || !files || !pattern) throw new Error(`no packet to ask for: ${packet}`);
  const kernel = new Nftables().load(files.get("nft/ruleset.nft") ?? "").load(files.get("nft/switch/up.nft") ?? "");
  const other = byIptables(plan(policy, "linux"));
  const sample = sampleOf(pattern, policy, "linux");
  return vantagesOf(pattern, policy, "linux")
    .filter((at) => {
      const seen: Packet = { ...sample.at(at), ...(arrives !== undefined && { inInterface: { name: arrives } }) };
      const emitted = kernel.judge(seen, { leaving: (forwarded) => translated(ruleset, forwarded) });
      expect(emitted === "accept").toBe(evaluate(ruleset, seen).verdict.kind === "accept");
      if (other)
        expect(other[seen.family === "ipv6" ? "v6" : "v4"].judge(seen) === "passes").toBe(emitted === "accept");
      return emitted === "accept";
    })
    .map(({ name }) => name);
}
