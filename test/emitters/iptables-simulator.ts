import type { Packet } from "../../src/ir/packet.ts";
import { contains } from "../../src/net/address-set.ts";
import { controlGroup } from "../../src/net/control-group.ts";
import { constant } from "../../src/net/parse-net.ts";

export type Judgement = "passes" | "drop" | "reject" | "reset";

type Chains = ReadonlyMap<string, readonly (readonly string[])[]>;

/** The hooks that a packet comes to, as the kernel calls them. */
const hooksOf = {
  out: ["filter OUTPUT", "mangle POSTROUTING"],
  in: ["filter INPUT"],
  forward: ["filter FORWARD", "mangle POSTROUTING"],
} as const;

/** What is loaded for one family; each table of a file changes at its COMMIT. Shares nothing with the reader. */
export class Iptables {
  readonly #chains: Chains;
  readonly #sets: string;

  constructor(sets = "", chains: Chains = new Map()) {
    this.#chains = chains;
    this.#sets = sets;
  }

  load(text: string): Iptables {
    const chains = new Map(this.#chains);
    let table = "";
    for (const line of text.split("\n")) {
      const [first = "", chain = "", ...words] = line.match(/"[^"]*"|\S+/g) ?? [];
      const name = `${table} ${chain}`;
      if (first.startsWith("*")) table = first.slice(1);
      else if (first.startsWith(":")) chains.set(`${table} ${first.slice(1)}`, []);
      else if (first === "-A") chains.set(name, [...(chains.get(name) ?? []), words]);
      else if (first === "-I") chains.set(name, [words.slice(1), ...(chains.get(name) ?? [])]);
      else if (first === "-R") chains.set(name, [words.slice(1), ...(chains.get(name) ?? []).slice(1)]);
      else if (first !== "" && first !== "COMMIT" && !first.startsWith("#")) throw new Error(line);
    }
    return new Iptables(this.#sets, chains);
  }

  /** What the kernel does with a packet. */
  judge(packet: Packet): Judgement {
    for (const hook of hooksOf[packet.direction]) {
      const ending = this.#run(hook.split(" ")[0] ?? "", this.#chains.get(hook) ?? [], packet);
      if (ending !== "passes") return ending;
    }
    return "passes";
  }

  /** A goto is a jump that nothing comes back from but to where the chain was called. */
  #run(table: string, rules: readonly (readonly string[])[], packet: Packet): Judgement {
    for (const words of rules) {
      if (!this.#matches(words, packet)) continue;
      // An interface may be called so, too.
      const at = words.findLastIndex((word) => word === "-j" || word === "-g");
      const target = words[at + 1] ?? "";
      if (target === "RETURN") return "passes";
      if (target === "DROP") return "drop";
      if (target === "REJECT") return words.includes("tcp-reset") ? "reset" : "reject";
      if (target === "LOG") continue;
      const ending = this.#run(table, this.#chains.get(`${table} ${target}`) ?? [], packet);
      if (words[at] === "-g" || ending !== "passes") return ending;
    }
    return "passes";
  }

  #matches(words: readonly string[], packet: Packet): boolean {
    for (let i = 0; i < words.length; i++) {
      const isNegated = words[i] === "!";
      if (isNegated) i++;
      const [option = "", value = "", more = ""] = words.slice(i, i + 3);
      if (option === "-j" || option === "-g") return true;
      i += lengths[option] ?? 1;
      // Without an interface: whose address it is on the whole machine. What leaves has one of ours.
      const isAnywhere = !more.startsWith("--limit-iface-");
      if (option === "--src-type" && isAnywhere && packet.direction === "out") {
        if ((value === "LOCAL") === isNegated) return false;
        continue;
      }
      const holds = this.#holds(option, value, more, packet);
      if (holds === isNegated) return false;
    }
    throw new Error(`no target: ${words.join(" ")}`);
  }

  #holds(option: string, value: string, more: string, packet: Packet): boolean {
    const { payload, owner } = packet;
    const family = packet.family === "ipv6" ? "ipv6" : "ipv4";
    const among = (address: bigint, ...nets: readonly string[]): boolean =>
      contains(constant(...nets), { family, value: address });
    const isAmong = (port: number | undefined): boolean =>
      value.split(",").some((range) => {
        const [first, last = first] = range.split(":");
        return port !== undefined && Number(first) <= port && port <= Number(last);
      });
    switch (option) {
      case "-m":
      case "--comment":
      case "--limit":
      case "--limit-burst":
      case "--limit-iface-in":
      case "--limit-iface-out":
        return true;
      case "-s":
      case "--src-range":
        return among(packet.source, value);
      case "-d":
      case "--dst-range":
        return among(packet.destination, value);
      case "--match-set": {
        const elements = this.#sets.matchAll(new RegExp(`^add ${value} (\\S+)`, "gm"));
        return among(more === "src" ? packet.source : packet.destination, ...[...elements].map(([, net = ""]) => net));
      }
      case "-i":
        return isNamed(packet.inInterface?.name ?? "", value);
      case "-o":
        return isNamed(packet.outInterface?.name ?? "", value);
      case "-p":
        return payload.protocol === (protocols[value] ?? Number(value));
      case "--sport":
      case "--sports":
        return isAmong(payload.sourcePort);
      case "--dport":
      case "--dports":
        return isAmong(payload.destinationPort);
      case "--icmp-type":
      case "--icmpv6-type":
        return payload.icmpType === (types[option]?.[value] ?? Number(value));
      case "--ttl-eq":
      case "--hl-eq":
        return packet.hopLimit === Number(value);
      case "--mark": {
        const [mark, mask = "0xffffffff"] = value.split("/");
        return (owner.mark & Number(mask)) >>> 0 === Number(mark);
      }
      case "--uid-owner":
        return owner.user === Number(value);
      case "--gid-owner":
        return owner.group === Number(value);
      case "--path":
        return owner.slice !== undefined && `${controlGroup(owner.slice)}/`.startsWith(`${value}/`);
      case "--ctstate":
        if (value === "DNAT") return packet.rewritten === true;
        return packet.connection.split("-")[0] === value.toLowerCase();
      case "--ctdir":
        return packet.connection === "established-reply";
      case "--src-type":
        return packet.sourceLocality === value.toLowerCase();
      case "--dst-type":
        return packet.destinationLocality === value.toLowerCase();
      default:
        throw new Error(`unknown: ${option}`);
    }
  }
}

/** How many words stand behind an option, where it is not one. */
const lengths: Readonly<Record<string, number>> = { "--match-set": 2, "--limit-iface-in": 0, "--limit-iface-out": 0 };

const isNamed = (name: string, pattern: string): boolean =>
  pattern.endsWith("+") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

const protocols: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1, icmpv6: 58 };
const types: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "--icmp-type": {
    "echo-reply": 0,
    "destination-unreachable": 3,
    "echo-request": 8,
    "time-exceeded": 11,
    "parameter-problem": 12,
  },
  "--icmpv6-type": {
    "destination-unreachable": 1,
    "packet-too-big": 2,
    "time-exceeded": 3,
    "parameter-problem": 4,
    "echo-request": 128,
    "echo-reply": 129,
    "router-solicitation": 133,
    "router-advertisement": 134,
    "neighbour-solicitation": 135,
    "neighbour-advertisement": 136,
  },
};
