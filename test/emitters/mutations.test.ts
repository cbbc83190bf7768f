import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Packet } from "../../src/ir/packet.ts";
import { mutations } from "./mutations.ts";
import { Nftables } from "./nft-simulator.ts";
import { neighboursOf, packetsOf } from "./packets.ts";
import { allPolicies, type Emitted, fileOf, switchOf } from "./policies.ts";

/** The comparison with the plan is worth what it notices: every line of a file, and every word that restricts, must matter to some packet. */

const packetsAPolicy = 25_000;
/** Lines that no rule counts, such as elements of sets, are tried with this many. */
const packetsALine = 6_000;
const packetsAnEnd = 4;

const policyNamed = (name: string): Emitted => {
  const found = allPolicies.find((policy) => policy.name === name);
  if (!found) throw new Error(`no policy ${name}`);
  return found;
};

/** What a packet meets, and what it meets after it was re-routed from loopback. */
const fate = (kernel: Nftables, packet: Packet, onVisit?: (line: number) => void): string =>
  `${kernel.judge(packet, onVisit && { onVisit })} ${packet.direction === "out" ? kernel.judge(packet, { routed: { name: "lo" } }) : ""}`;

/** An older version that would show through: it accepts what ksp drops, and drops what ksp accepts. */
const older = `table inet ksp {
	chain input {
		type filter hook input priority filter; policy drop;
		accept
	}
	chain output {
		type filter hook output priority filter; policy drop;
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

class Baseline {
  readonly #policy: Emitted;
  readonly #packets: readonly Packet[];
  /** By state: what every packet meets, and which packets were held against a line. */
  readonly #states: ReadonlyMap<
    string,
    { readonly fates: readonly string[]; readonly at: ReadonlyMap<number, readonly number[]> }
  >;
  readonly text: string;

  constructor(policy: Emitted) {
    this.#policy = policy;
    this.text = fileOf(policy, "ruleset.nft");
    const kernels = [...this.#kernels(this.text)];
    const samples = fc.sample(packetsOf(policy.plan), { seed: 4711, numRuns: packetsAPolicy });
    this.#packets = [
      ...samples,
      ...neighbours(
        policy,
        kernels.map(([, kernel]) => kernel),
        samples,
      ),
    ];
    this.#states = new Map(
      kernels.map(([state, kernel]) => {
        const at = new Map<number, number[]>();
        const fates = this.#packets.map((packet, i) =>
          fate(kernel, packet, (line) => {
            const visits = at.get(line);
            if (!visits) at.set(line, [i]);
            else if (visits.at(-1) !== i) visits.push(i);
          }),
        );
        return [state, { fates, at }];
      }),
    );
  }

  /** Freshly loaded where nothing was before, and in every state over older rules. */
  *#kernels(text: string): Generator<readonly [string, Nftables]> {
    yield ["fresh", new Nftables().load(text)];
    const loaded = new Nftables().load(older).load(text);
    for (const { state } of this.#policy.plan.states) yield [state, loaded.load(switchOf(this.#policy, state))];
  }

  /** Whether the file with that line changed cannot be loaded, or some packet meets something else. */
  notices(line: number, change: string): boolean {
    const lines = this.text.split("\n");
    lines[line - 1] = change;
    try {
      for (const [state, kernel] of this.#kernels(lines.join("\n"))) {
        const known = this.#states.get(state);
        const tried = known?.at.get(line) ?? this.#packets.slice(0, packetsALine).keys();
        for (const i of tried) {
          const packet = this.#packets[i];
          if (packet && fate(kernel, packet) !== known?.fates[i]) return true;
        }
      }
    } catch {
      return true;
    }
    return false;
  }
}

/** For every line some packets that end there, each with one field changed. */
function neighbours({ plan }: Emitted, kernels: readonly Nftables[], samples: readonly Packet[]): readonly Packet[] {
  const ends = new Map<string, Packet[]>();
  for (const [state, kernel] of kernels.entries()) {
    for (const packet of samples) {
      let end = 0;
      kernel.judge(packet, { onVisit: (line) => (end = line) });
      const known = ends.get(`${state} ${end}`);
      if (!known) ends.set(`${state} ${end}`, [packet]);
      else if (known.length < packetsAnEnd) known.push(packet);
    }
  }
  return neighboursOf([...new Set([...ends.values()].flat())], plan);
}

/** What may be wrong and no packet shows it, because something else says the same. */
const doubled: readonly { readonly chain?: RegExp; readonly line: RegExp; readonly because: string }[] = [
  { line: /^\s*counter drop comment "closed-(out|in|forward)"$/, because: "the chain's policy drops as well" },
  { line: /^\s*counter return comment "built-in-dns"$/, because: "the chain ends here; the rule counts" },
  {
    chain: /^(out_(wg0|c)|in_(wg0|c)_replies)$/,
    line: /comment "watch-/,
    because: "the tunnel is open to everyone, so to the probe as well",
  },
  { line: /addr 198\.51\.100\.\d+ +counter return/, because: "nothing opens the server to others" },
  { chain: /_names$/, line: /port (53-54|5353-5354) /, because: "only name ports come here, and these are none" },
];
const isDoubled = (change: string, in_: string): boolean =>
  doubled.some(({ chain, line }) => line.test(change) && (chain?.test(in_) ?? true));

describe.each(["home-wireguard", "three-hops-mixed"].map(policyNamed))("$name", (policy) => {
  const baseline = new Baseline(policy);
  let chain = "";
  const lines = baseline.text
    .split("\n")
    .map((text, i) => {
      chain = /^\tchain (\S+)/.exec(text)?.[1] ?? chain;
      return { text, chain, line: i + 1 };
    })
    .filter(({ text }) => !/^\s*(#|$)/.test(text));

  test("no line can be left out", () => {
    const unnoticed = lines
      .filter(({ text, chain: of }) => !isDoubled(text, of))
      .filter(({ line }) => !baseline.notices(line, ""))
      .map(({ text, line }) => `${line}: ${text.trim()}`);
    expect(unnoticed).toEqual([]);
  });

  test.each(mutations)("$name", ({ of }) => {
    const unnoticed = lines.flatMap(({ text, line, chain: in_ }) =>
      of(text, baseline.text)
        .filter((change) => !isDoubled(change, in_) && !baseline.notices(line, change))
        .map((change) => `${line}: ${change.trim()}`),
    );
    expect(unnoticed).toEqual([]);
  });
});
