import fc from "fast-check";
import type { Packet } from "../../../src/ir/packet.ts";
import { type Plan, rulesetsOf } from "../../../src/ir/plan.ts";
import type { Ruleset } from "../../../src/ir/ruleset.ts";
import { formatAddress } from "../../../src/net/address.ts";
import { Nftables } from "../../emitters/nft-simulator.ts";
import { neighboursOf, packetsOf } from "../../emitters/packets.ts";
import type { Emitted } from "../../emitters/policies.ts";
import { translated } from "../../emitters/translation.ts";

type Files = Emitted["files"];

/** Something of another version, that shows through what does not take it away. */
const older = `table inet ksp {
	chain input {
		type filter hook input priority filter; policy drop;
		accept
	}
	chain output {
		type filter hook output priority filter; policy drop;
		drop
	}
	chain older {
		drop
	}
}
table arp ksp {
	chain input {
		type filter hook input priority filter; policy drop;
		drop
	}
}
`;

interface Loaded {
  readonly ruleset: Ruleset;
  readonly kernel: Nftables;
}

/**
 * Whether files mean something else once they are changed, by the simulator of nftables, which shares no code with the
 * reader: in every state, for packets at the boundaries of the policy.
 */
export class Judge {
  readonly #policy: Emitted;
  readonly #packets: readonly Packet[];
  readonly #before: readonly Loaded[];
  /** By kernel, and line of the file that its rules are from: the packets that were held against it. */
  readonly #visits: readonly ReadonlyMap<number, ReadonlySet<number>>[];
  readonly #fates: readonly (readonly string[])[];

  constructor(policy: Emitted, packetsAPolicy: number) {
    this.#policy = policy;
    this.#before = [...this.#load(policy.files)];
    const samples = fc.sample(packetsOf(policy.plan), { seed: 4711, numRuns: packetsAPolicy });
    this.#packets = [...samples, ...neighboursOf(this.#ends(samples), policy.plan)];
    const visits = this.#before.map(() => new Map<number, Set<number>>());
    this.#fates = this.#before.map((loaded, k) =>
      this.#packets.map((packet, i) =>
        fate(loaded, packet, (line) => {
          const at = visits[k]?.get(line);
          if (at) at.add(i);
          else visits[k]?.set(line, new Set([i]));
        }),
      ),
    );
    this.#visits = visits;
  }

  /** Undefined: every packet that was tried meets the same; only those that meet the changed line are. */
  difference(files: Files, line: number): string | undefined {
    try {
      for (const [k, loaded] of [...this.#load(files)].entries()) {
        const tried = this.#visits[k]?.get(line) ?? this.#packets.slice(0, 500).keys();
        for (const i of tried) {
          const packet = this.#packets[i];
          if (packet && fate(loaded, packet) !== this.#fates[k]?.[i])
            return JSON.stringify(packet, (_, v) => (typeof v === "bigint" ? `${v}` : v));
        }
      }
    } catch (error) {
      return error instanceof Error ? error.message : `${error}`;
    }
    return undefined;
  }

  /** Whether the changed files do something else with this packet, or cannot be loaded. */
  tellsApart(files: Files, packet: Packet): boolean {
    const { plan } = this.#policy;
    try {
      return [
        [this.#policy.files, files],
        [filled(this.#policy.files, plan), filled(files, plan)],
      ].some(([before = files, after = files]) => {
        const changed = [...this.#load(after)];
        return [...this.#load(before)].some((loaded, k) => {
          const other = changed[k];
          return other && ways(other, packet).join() !== ways(loaded, packet).join();
        });
      });
    } catch {
      return true;
    }
  }

  /** The states in every way that the runtime gets there. */
  *#load(files: Files): Generator<Loaded> {
    const { lockdown, states, portal } = this.#policy.plan;
    const text = (file: string): string => files.get(`nft/${file}`) ?? "";
    const [first = lockdown] = states;
    const boot = new Nftables().load(older).load(text("lockdown.nft"));
    yield { ruleset: lockdown, kernel: boot };
    yield { ruleset: first, kernel: new Nftables().load(text("ruleset.nft")) };
    let kernel = boot.load(text("ruleset.nft"));
    yield { ruleset: first, kernel };
    for (const ruleset of [...states, ...(portal ? [portal] : []), first]) {
      kernel = kernel.load(text(`switch/${ruleset.state.replaceAll(":", ".").replaceAll("+", "_")}.nft`));
      yield { ruleset, kernel };
    }
    kernel = kernel.load(text("disable.nft"));
    yield { ruleset: first, kernel };
    kernel = kernel.load(text("uninstall.nft"));
    if (kernel.tables.length > 0) throw new Error("a table is left");
  }

  /** A packet for every rule that some end at. */
  #ends(samples: readonly Packet[]): readonly Packet[] {
    const ends = new Map<string, Packet>();
    for (const [k, { kernel }] of this.#before.entries())
      for (const packet of samples) {
        let end = 0;
        kernel.judge(packet, { onVisit: (line) => (end = line) });
        ends.set(`${k} ${end}`, packet);
      }
    return [...new Set(ends.values())];
  }
}

/** With everything in the sets that the runtime may ever fill in. */
function filled(files: Files, plan: Plan): Files {
  const bounds = rulesetsOf(plan)
    .flatMap(({ rules }) =>
      rules.flatMap(({ match: { source, destination } }) => [source ?? [], destination ?? []].flat()),
    )
    .flatMap(({ table, within = [] }) => within.map((range) => ({ name: `${table}_${range.family}`, range })));
  const elementsOf = (set: string): string => {
    const ranges = bounds
      .filter(({ name }) => name === set)
      .map(({ range: { family, first, last } }) =>
        [first, last].map((value) => formatAddress({ family, value })).join("-"),
      );
    return [...new Set(ranges)].join(", ");
  };
  const empty = /set (\S+) \{\n\t\ttype ipv[46]_addr\n\t\tflags interval(?=\n\t\})/g;
  return new Map(
    [...files].map(([file, text]) => [
      file,
      text.replace(empty, (set, name) => `${set}\n\t\telements = { ${elementsOf(name)} }`),
    ]),
  );
}

/** What it meets, where it leaves with the source that the rewrites give it, and after it was re-routed. */
function fate({ ruleset, kernel }: Loaded, packet: Packet, onVisit?: (line: number) => void): string {
  const leaving = (p: Packet) => translated(ruleset, p);
  const plain = kernel.judge(packet, { leaving, ...(onVisit && { onVisit }) });
  return packet.direction === "out" ? `${plain} ${kernel.judge(packet, { routed: { name: "lo" } })}` : plain;
}

/** The same, with every source that a packet may leave with, and at each hook alone. */
function ways(loaded: Loaded, packet: Packet): readonly string[] {
  const { kernel } = loaded;
  const sources = [packet, { ...packet, sourceLocality: "local" } as const];
  return [
    fate(loaded, packet),
    ...kernel.rewritings(packet),
    ...["input", "forward", "output", "postrouting"].map((unfinished) => kernel.judge(packet, { unfinished })),
    ...sources.flatMap((changed) =>
      [true, false].map((isMasqueraded) =>
        kernel.judge(packet, { leaving: () => ({ packet: changed, isMasqueraded }) }),
      ),
    ),
  ];
}
