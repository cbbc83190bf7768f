/** The rules that are compared: one policy with a list of exemptions, as ksp emits it, as somebody wrote it by hand, and as iptables. */
import { readFileSync } from "node:fs";
import { check } from "../src/check.ts";
import { iptables as iptablesEmitter } from "../src/emitters/iptables/emit.ts";
import { nft } from "../src/emitters/nft/emit.ts";
import type { Plan } from "../src/ir/plan.ts";
import { type Variant, withFiles } from "../test/kernel/iptables/bundle.ts";
import type { Namespace } from "../test/lab/namespace.ts";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

/** Networks of which none touches the next, so that none is merged: together narrow enough for an exemption. */
export const networks = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${11 + (i >> 15)}.${(i >> 7) & 255}.${(i & 127) * 2}.0/26`);

/** The laboratory's tunnel is a veth: its kind is allowed instead of a tun's. */
const withVeth = (text: string): string => text.replaceAll('"tun"', '"veth"');

export interface Rules {
  readonly ruleset: string;
  readonly up: string;
  readonly down: string;
}
/** With the table that looks a second time at what leaves. */
export interface Guarded extends Rules {
  readonly owned: string;
}

/** The example for home, with so many networks open. */
function planned(prefixes: number): Plan {
  const list = `list offices = ${networks(prefixes).join(", ")}\nallow out to @offices udp 4242\n`;
  const text = read("../examples/home-wireguard.ksp") + (prefixes > 0 ? list : "");
  const { plan, diagnostics } = check({ file: "home.ksp", text });
  if (!plan) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("; "));
  return plan;
}

export function emitted(prefixes: number): Guarded {
  const files = nft.emit(planned(prefixes));
  const file = (name: string): string => withVeth(files.get(`nft/${name}.nft`) ?? "");
  return { ruleset: file("ruleset"), up: file("switch/up"), down: file("switch/down"), owned: file("owned") };
}

/** What loads the same policy as ksp emits it for iptables, in state `up`, and milliseconds that each of the two steps took. */
export const emittedForIptables =
  (prefixes: number, variant: Variant) =>
  (at: Namespace): Promise<readonly [rules: number, change: number]> =>
    withFiles(iptablesEmitter.emit(planned(prefixes)), variant, async ({ whole, change }) => {
      const timed = async (words: readonly string[]): Promise<number> => {
        const start = performance.now();
        await at.run(words, { milliseconds: 120_000 });
        return performance.now() - start;
      };
      return [await timed(whole("ruleset")), await timed(change("switch/up"))];
    });

/** The hand-written rules for the same policy. */
export function byHand(prefixes: number): Rules {
  const set = `\tset offices {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { ${networks(prefixes).join(", ")} }\n\t}\n`;
  const last = /(\t\tip6 daddr ff02::c {9}udp dport 1900 .*\n)/;
  const ruleset = withVeth(read("reference/ruleset.nft"));
  const open = ruleset
    .replace("\tset name_ports {", (start) => `${set}${start}`)
    .replace(last, "$1\t\tip daddr @offices udp dport 4242 counter accept\n");
  const up = read("reference/switch-up.nft");
  return { ruleset: prefixes > 0 ? open : ruleset, up, down: up.replaceAll("_up", "_down") };
}

/** The rule that most guides give, for `iptables-restore`: everything but the tunnel is dropped. */
export const iptables = (...exemptions: readonly string[]): string =>
  [
    "*filter",
    ":OUTPUT DROP [0:0]",
    ...["-o lo", "-o wg0", ...exemptions].map((match) => `-A OUTPUT ${match} -j ACCEPT`),
    "COMMIT",
    "",
  ].join("\n");

/** One rule for each network. */
export const linear = (count: number): string => iptables(...networks(count).map((network) => `-d ${network}`));

export const withIpset: string = iptables("-m set --match-set offices dst");

/** For `ipset restore`. */
export const ipset = (name: string, count: number): string =>
  [`create ${name} hash:net maxelem 200000`, ...networks(count).map((network) => `add ${name} ${network}`), ""].join(
    "\n",
  );

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
