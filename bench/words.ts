/**
 * What one rule costs a packet that it is not about: a hundred of a kind in an output hook, against none, one UDP flow of 64
 * bytes. Prints nanoseconds a rule, the best of some rounds. Root; `node bench/words.ts [ROUNDS]`
 */
import { fileURLToPath } from "node:url";
import { openSandbox } from "../test/lab/sandbox.ts";
import { networks } from "./rules.ts";

const rounds = Number(process.argv[2] ?? 12);
const copies = 100;
const program = fileURLToPath(new URL("blast.py", import.meta.url));

interface Kind {
  readonly set?: readonly string[];
  readonly rule: string;
}
const ranges = ["10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.169.0.0/16"];
const kinds: Readonly<Record<string, Kind>> = {
  none: { rule: "" },
  "a counter": { rule: "counter" },
  "the other family": { rule: "ip6 saddr fd64::2 counter return" },
  "a mark": { rule: "meta mark & 0xffff == 0x6b73 counter return" },
  "one address": { rule: "ip saddr 10.64.0.2 counter return" },
  "one network": { rule: "ip daddr 10.64.0.0/10 counter return" },
  "not one address, then another": { rule: "ip saddr != 10.64.0.2 ip daddr 255.255.255.255 counter accept" },
  "a chain": { rule: "jump empty" },
  "an interface": { rule: 'oifname "wg0" counter return' },
  "four addresses in braces": {
    rule: "ip daddr { 224.0.0.2, 224.0.0.22, 224.0.0.251, 239.255.255.250 } counter return",
  },
  "two protocols, five ports": {
    rule: "meta l4proto { tcp, udp } th dport { 53, 137, 853, 5353, 5355 } counter return",
  },
  "five ports, two protocols": {
    rule: "th dport { 53, 137, 853, 5353, 5355 } meta l4proto { tcp, udp } counter return",
  },
  "a kind of an interface": { rule: 'meta oifkind "tun" counter return' },
  "two kinds of an interface": { rule: 'meta oifkind { "tun", "wireguard" } counter return' },
  "a source of this machine": { rule: "fib saddr . oif type != local counter return" },
  "four networks in a set": { set: ranges, rule: "ip daddr @networks counter return" },
  "10 networks in a set": { set: networks(10), rule: "ip daddr @networks counter return" },
  "10000 networks in a set": { set: networks(10_000), rule: "ip daddr @networks counter return" },
};

const namespaces = Object.keys(kinds).map((_, index) => `kind${index}`);
const sandbox = await openSandbox(namespaces);
const at = (index: number) => {
  const namespace = sandbox.namespaces[`kind${index}`];
  if (!namespace) throw new Error("no namespace");
  return namespace;
};
try {
  for (const [index, { set, rule }] of Object.values(kinds).entries()) {
    const words = set ? `set networks { type ipv4_addr; flags interval; elements = { ${set.join(", ")} }\n}\n` : "";
    const rules = rule === "" ? "" : `${rule}\n`.repeat(copies);
    const input = `table inet t {\n${words}chain empty {\n}\nchain o {\ntype filter hook output priority 0; policy accept;\n${rules}}\n}`;
    await at(index).ip(
      "link set lo up\nlink add eth0 type veth peer name far\nlink set far up\nlink set eth0 arp off\n" +
        "address add 192.168.1.2/24 dev eth0\nlink set eth0 up",
    );
    await at(index).run(["nft", "-f", "-"], { input, milliseconds: 60_000 });
  }
  const costs = Object.values(kinds).map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const index of costs.keys()) {
      const printed = await at(index).run(["python3", program, "eth0", "192.168.1.66", "0.08"]);
      costs[index] = Math.min(costs[index] ?? 0, 1e9 / Number(printed.split(" ")[0]));
    }
  }
  for (const [index, kind] of Object.keys(kinds).entries()) {
    if (index > 0)
      console.log(`${kind.padEnd(32)} ${(((costs[index] ?? 0) - (costs[0] ?? 0)) / copies).toFixed(0).padStart(4)} ns`);
  }
} finally {
  await sandbox.close();
}
