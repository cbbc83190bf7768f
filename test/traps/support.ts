import { expect } from "vitest";
import { check } from "../../src/check.ts";
import { type Compiled, compile } from "../../src/index.ts";
import { evaluate } from "../../src/ir/evaluate.ts";
import type { Packet } from "../../src/ir/packet.ts";
import { plan } from "../../src/ir/plan.ts";
import { resolvePattern } from "../../src/ir/resolve/resolve.ts";
import { sampleOf } from "../../src/ir/sample-packet.ts";
import { vantagesOf } from "../../src/ir/vantage.ts";
import { parsePacket } from "../../src/parser/parse.ts";
import { Iptables } from "../emitters/iptables-simulator.ts";
import { Nftables } from "../emitters/nft-simulator.ts";
import { translated } from "../emitters/translation.ts";

type Lists = Readonly<Record<string, string>>;

/** For both backends of Linux; a text is asked about more than once. */
function compiled(text: string, lists: Lists = {}): Compiled {
  const key = JSON.stringify([text, lists]);
  const made =
    known.get(key) ??
    compile(
      { file: "home.ksp", text },
      {
        targets: ["nft", "iptables"],
        load: (path) => {
          const found = lists[path];
          return found === undefined ? { fault: "no such file or directory" } : { file: path, text: found };
        },
      },
    );
  known.set(key, made);
  return made;
}
const known = new Map<string, Compiled>();

/** The policy is refused with just this code, and nothing is written. */
export function expectRefused(text: string, code: string, lists?: Lists): void {
  const { files: written, diagnostics } = compiled(text, lists);
  expect(diagnostics.map((found) => found.code)).toEqual([code]);
  expect(written).toBeUndefined();
}

/** What is written for nftables, without a word of doubt. */
export const rulesetOf = (text: string, lists?: Lists): string => written(text, "nft/ruleset.nft", lists);

/** What is written for iptables: its rules of a family, or its sets. */
export const iptablesOf = (text: string, file: "ruleset.v4" | "ruleset.v6" | "sets.ipset", lists?: Lists): string =>
  written(text, `iptables/${file}`, lists);

function written(text: string, file: string, lists?: Lists): string {
  const { files, diagnostics } = compiled(text, lists);
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  return files?.get(file) ?? "";
}

/** The other backend with the tunnel up. */
function byIptables(files: ReadonlyMap<string, string>): Readonly<Record<"v4" | "v6", Iptables>> {
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
  const other = byIptables(files);
  const sample = sampleOf(pattern, policy, "linux");
  return vantagesOf(pattern, policy, "linux")
    .filter((at) => {
      const seen: Packet = { ...sample.at(at), ...(arrives !== undefined && { inInterface: { name: arrives } }) };
      const emitted = kernel.judge(seen, { leaving: (forwarded) => translated(ruleset, forwarded) });
      expect(emitted === "accept").toBe(evaluate(ruleset, seen).verdict.kind === "accept");
      expect(other[seen.family === "ipv6" ? "v6" : "v4"].judge(seen) === "passes").toBe(emitted === "accept");
      return emitted === "accept";
    })
    .map(({ name }) => name);
}
