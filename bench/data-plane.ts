/**
 * What rules cost a packet: one UDP flow of 64 bytes through a veth, each set of rules in a namespace of its own, all in turn.
 * Prints packets a second of processor time, as a ratio to no rules of the same round. Root; `node bench/data-plane.ts [ROUNDS]`
 */
import { fileURLToPath } from "node:url";
import { variants } from "../test/kernel/iptables/bundle.ts";
import type { Namespace } from "../test/lab/namespace.ts";
import { holdOwned } from "../test/lab/owned.ts";
import { openSandbox } from "../test/lab/sandbox.ts";
import {
  byHand,
  emitted,
  emittedForIptables,
  type Guarded,
  ipset,
  iptables,
  linear,
  median,
  networks,
  type Rules,
  withIpset,
} from "./rules.ts";

const rounds = Number(process.argv[2] ?? 15);
const seconds = "0.25";
const program = fileURLToPath(new URL("blast.py", import.meta.url));
const middle = (count: number): string => networks(count)[count >> 1]?.replace("0/26", "9") ?? "";

type Load = (at: Namespace) => Promise<unknown>;
const feed =
  (command: string, ...inputs: readonly string[]): Load =>
  async (at) => {
    for (const input of inputs) await at.run(command.split(" "), { input, milliseconds: 60_000 });
  };
const up = ({ ruleset, up: state }: Rules): Load => feed("nft -f -", ruleset, state);
const twice =
  (rules: Guarded): Load =>
  async (at) => {
    await up(rules)(at);
    await holdOwned(at, rules.owned);
  };
const tracking = "table inet t {\nchain o {\ntype filter hook output priority 0\nct state new counter\n}\n}";

interface Case {
  readonly name: string;
  readonly by: "wg0" | "eth0";
  readonly to: string;
  readonly load: Load;
}
const tunnel = (name: string, load: Load): Case => ({ name, by: "wg0", to: "192.0.2.10", load });
const exempt = (name: string, count: number, load: Load): Case => ({
  name,
  by: "eth0",
  to: middle(count),
  load,
});
const lan = (name: string, load: Load): Case => ({ name, by: "eth0", to: "192.168.1.66", load });

const bare = tunnel("no rules", async () => {});
const cases: readonly Case[] = [
  bare,
  tunnel("connection tracking alone", feed("nft -f -", tracking)),
  tunnel("tunnel: iptables", feed("iptables-restore", iptables())),
  tunnel("tunnel: by hand", up(byHand(0))),
  tunnel("tunnel: ksp", up(emitted(0))),
  tunnel("tunnel: ksp, looked at twice", twice(emitted(0))),
  lan("LAN: by hand", up(byHand(0))),
  lan("LAN: ksp", up(emitted(0))),
  ...variants.flatMap((variant) => [
    tunnel(`tunnel: ksp, ${variant}`, emittedForIptables(0, variant)),
    lan(`LAN: ksp, ${variant}`, emittedForIptables(0, variant)),
    ...[10, 10_000, 100_000].map((count) =>
      exempt(`${count} prefixes: ksp, ${variant}`, count, emittedForIptables(count, variant)),
    ),
  ]),
  ...[10, 10_000, 100_000].flatMap((count) => [
    exempt(`${count} prefixes: by hand`, count, up(byHand(count))),
    exempt(`${count} prefixes: ksp`, count, up(emitted(count))),
  ]),
  exempt("100000 prefixes: ksp, looked at twice", 100_000, twice(emitted(100_000))),
  exempt("100000 prefixes: iptables and ipset", 100_000, async (at) => {
    await feed("ipset restore", ipset("offices", 100_000))(at);
    await feed("iptables-restore", withIpset)(at);
  }),
  exempt("10000 prefixes: iptables, a rule each", 10_000, feed("iptables-restore", linear(10_000))),
];

const names = cases.map((_, i) => `case${i}`);
const sandbox = await openSandbox(names);
const at = (index: number): Namespace => {
  const namespace = sandbox.namespaces[`case${index}`];
  if (!namespace) throw new Error("no namespace");
  return namespace;
};
const line = (device: string, ...addresses: readonly string[]): string =>
  [`link add ${device} type veth peer name ${device}-far`, `link set ${device}-far up`, `link set ${device} arp off`]
    .concat(
      addresses.map((address) => `address add ${address} dev ${device}`),
      `link set ${device} up`,
    )
    .join("\n");
try {
  for (const [index, { load }] of cases.entries()) {
    await at(index).ip(
      `link set lo up\n${line("eth0", "192.168.1.2/24")}\n${line("wg0", "10.64.0.2/32")}\nroute add default dev eth0`,
    );
    await load(at(index));
  }
  const rates: number[][] = cases.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { by, to }] of cases.entries()) {
      const printed = await at(index).run(["python3", program, by, to, seconds]);
      rates[index]?.push(Number(printed.split(" ")[0]));
    }
  }
  const base = rates[0] ?? [];
  console.log(`${rounds} rounds; no rules: ${Math.round(median(base))} packets a second of processor time`);
  for (const [index, { name }] of cases.entries()) {
    const ratios = (rates[index] ?? []).map((rate, round) => rate / (base[round] ?? Number.NaN));
    const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
    console.log(`${name.padEnd(44)} ${median(ratios).toFixed(2)}  ${low.toFixed(2)} to ${high.toFixed(2)}`);
  }
} finally {
  await sandbox.close();
}
