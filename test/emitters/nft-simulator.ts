import type { Interface, Packet } from "../../src/ir/packet.ts";
import { type Command, readCommands, type SetText } from "./nft-text.ts";
import { type Ending, type Passage, type Rule, readAddresses, readRule } from "./nft-words.ts";

/** `reject` tells the sender by ICMP, `reset` by TCP. */
export type Judgement = "accept" | "drop" | "reject" | "reset";

export interface Circumstances {
  /** Hears the line of every rule that was asked on the way. */
  readonly onVisit?: (line: number) => void;
  /** Where the packet would leave when `output` saw it; something has re-routed it since. */
  readonly routed?: Interface;
  /** A forwarded packet with the source with which it leaves: after the address translation that the rewrites ask for. */
  readonly leaving?: (packet: Packet) => { readonly packet: Packet; readonly isMasqueraded: boolean };
  /** This hook alone judges, and its chains are as they are while they are made: what no rule decides passes. */
  readonly unfinished?: string;
  /** Rules were replaced while the packet was on its way: these judge at the hooks behind the first. */
  readonly behind?: Nftables;
}

interface Chain {
  readonly hook?: string;
  readonly type?: string;
  readonly policy?: string;
  readonly rules: readonly Rule[];
}
interface Table {
  readonly sets: ReadonlyMap<string, SetText>;
  readonly chains: ReadonlyMap<string, Chain>;
}

/** What is loaded; a file makes another one of it, in one transaction: all or nothing. */
export class Nftables {
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #bases: ReadonlyMap<string, readonly (readonly [Table, Chain])[]>;
  readonly #rewriting: readonly Chain[];

  constructor(tables: ReadonlyMap<string, Table> = new Map()) {
    this.#tables = tables;
    const bases = new Map<string, (readonly [Table, Chain])[]>();
    for (const [name, table] of tables) {
      for (const chain of table.chains.values()) {
        // What rewrites addresses refuses nothing: the packet shown here is the one that comes out of it.
        if (chain.hook === undefined || chain.type === "nat") continue;
        const place = `${name.split(" ")[0]} ${chain.hook}`;
        bases.set(place, [...(bases.get(place) ?? []), [table, chain]]);
      }
    }
    this.#bases = bases;
    this.#rewriting = [...tables.values()].flatMap(({ chains }) =>
      [...chains.values()].filter(({ type }) => type === "nat"),
    );
  }

  get tables(): readonly string[] {
    return [...this.#tables.keys()];
  }

  load(text: string): Nftables {
    return new Nftables(readCommands(text).reduce(apply, this.#tables));
  }

  /** What the kernel does with a packet. */
  judge(packet: Packet, { onVisit, routed, leaving, unfinished, behind = this }: Circumstances = {}): Judgement {
    // Whoever used these ports before may have been the first group that the file knows; what no socket sends is not theirs anew.
    const connection = { mark: packet.owner.user === undefined ? 0 : 0x01000000 };
    for (const hook of hooksOf(packet)) {
      if (unfinished !== undefined && hook !== unfinished) continue;
      const left = hook === "postrouting" && packet.direction === "forward" ? leaving?.(packet) : undefined;
      const seen = routed && hook === "output" ? { ...packet, outInterface: routed } : packet;
      const passage = { packet: seen, ...left, hook, connection };
      const bases = (hook === "postrouting" ? behind : this).#bases;
      for (const [table, chain] of bases.get(`${packet.family === "arp" ? "arp" : "inet"} ${hook}`) ?? []) {
        const isOpen = chain.policy === "accept" || unfinished !== undefined;
        const ending = run(table, chain, passage, onVisit) ?? (isOpen ? "accept" : "drop");
        if (ending !== "accept") return ending;
      }
    }
    return "accept";
  }

  /** What becomes of the addresses of a connection that the packet opens: by hook, in the words of the rule. */
  rewritings(packet: Packet): readonly string[] {
    return this.#rewriting.flatMap(({ hook = "", rules }) => {
      const passage = { packet, hook, connection: { mark: 0 } };
      const rule = rules.find(({ conditions }) => conditions.every((holds) => holds(passage)));
      return rule?.ending ? [`${hook} ${JSON.stringify(rule.ending)}`] : [];
    });
  }
}

function hooksOf({ direction, family }: Packet): readonly string[] {
  if (direction === "in") return ["input"];
  if (family === "arp") return direction === "out" ? ["output"] : [];
  return direction === "out" ? ["output", "postrouting"] : ["forward", "postrouting"];
}

/** Undefined: the packet falls off the end, or returns; a `goto` has nothing to come back to. */
function run(table: Table, chain: Chain, passage: Passage, onVisit?: (line: number) => void): Judgement | undefined {
  for (const { line, conditions, effect, ending } of chain.rules) {
    onVisit?.(line);
    if (!conditions.every((holds) => holds(passage))) continue;
    effect?.(passage);
    switch (ending?.kind) {
      case undefined:
        continue;
      case "return":
        return undefined;
      case "reject":
      case "reset":
        if (passage.hook === "postrouting") throw new Error("reject does not load in postrouting");
        return ending.kind;
      case "jump": {
        const verdict = run(table, chainNamed(table, ending), passage, onVisit);
        if (verdict) return verdict;
        continue;
      }
      case "goto":
        return run(table, chainNamed(table, ending), passage, onVisit);
      case "masquerade":
      case "dnat":
        throw new Error(`${ending.kind} does not load in ${passage.hook}`);
      default:
        return ending?.kind;
    }
  }
  return undefined;
}

function chainNamed({ chains }: Table, ending: Ending): Chain {
  const chain = "chain" in ending ? chains.get(ending.chain) : undefined;
  if (!chain || chain.hook !== undefined) throw new Error(`no chain to go to: ${JSON.stringify(ending)}`);
  return chain;
}

// ---- loading -------------------------------------------------------------------------------------------------------

function apply(tables: ReadonlyMap<string, Table>, command: Command): ReadonlyMap<string, Table> {
  const name = command.table;
  const table = tables.get(name);
  if (command.kind === "table")
    return table ? tables : new Map([...tables, [name, { sets: new Map(), chains: new Map() }]]);
  if (!table) throw new Error(`no table ${name}`);
  if (command.kind === "delete") return new Map([...tables].filter(([key]) => key !== name));
  const changed = changedTable(table, command, name.split(" ")[0] ?? "");
  return new Map([...tables, [name, changed]]);
}

function changedTable(
  { sets, chains }: Table,
  command: Exclude<Command, { readonly kind: "table" | "delete" }>,
  family: string,
): Table {
  switch (command.kind) {
    case "set":
      checkSet(command.set);
      if (sets.has(command.name)) throw new Error(`two sets ${command.name}`);
      return { sets: new Map([...sets, [command.name, command.set]]), chains };
    case "clear":
    case "fill": {
      const set = sets.get(command.set);
      if (!set) throw new Error(`no set ${command.set}`);
      if (command.kind === "fill" && command.elements.join() !== "ipv4,ipv6") throw new Error("not for both families");
      return { sets, chains };
    }
    case "chain": {
      const { hook, type, policy, rules } = command.chain;
      // The kernel adds to a chain that is already there.
      const known = chains.get(command.name) ?? { rules: [] };
      const chain = {
        ...known,
        ...(hook !== undefined && { hook }),
        ...(type !== undefined && { type }),
        ...(policy !== undefined && { policy }),
        rules: [...known.rules, ...rules.map((rule) => readRule(rule, { family, sets }))],
      };
      return { sets, chains: new Map([...chains, [command.name, chain]]) };
    }
    case "flush":
    case "rule": {
      const known = chains.get(command.chain);
      if (!known) throw new Error(`no chain ${command.chain}`);
      const rules = command.kind === "flush" ? [] : [...known.rules, readRule(command.rule, { family, sets })];
      return { sets, chains: new Map([...chains, [command.chain, { ...known, rules }]]) };
    }
  }
}

function checkSet({ type, isInterval, elements }: SetText): void {
  if (type === "nf_proto" && !isInterval && elements.length === 0) return;
  if (type !== "ipv4_addr" && type !== "ipv6_addr") throw new Error(`unknown type of set ${type}`);
  if (!isInterval) throw new Error("prefixes need an interval set");
  if (elements.length > 0) readAddresses(elements, type === "ipv4_addr" ? "ipv4" : "ipv6");
}
