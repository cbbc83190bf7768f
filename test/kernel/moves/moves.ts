import fc from "fast-check";
import { evaluate } from "../../../src/ir/evaluate.ts";
import type { Packet } from "../../../src/ir/packet.ts";
import { rulesetsOf } from "../../../src/ir/plan.ts";
import type { Ruleset } from "../../../src/ir/ruleset.ts";
import { packetsOf } from "../../emitters/packets.ts";
import { type Emitted, fileOf, switchOf } from "../../emitters/policies.ts";
import { makeControlGroups } from "../../lab/control-groups.ts";
import type { Namespace } from "../../lab/namespace.ts";
import { type Block, type Class, classes, type Load, storm, type Weathered } from "../../lab/storm.ts";
import { judge, openWorld, routing } from "../verdicts/judge.ts";
import { shotOf } from "../verdicts/shots.ts";
import { type World, worldOf } from "../verdicts/world.ts";

/** A change of what is in force, and back; loads are transactions of their own. */
export interface Move {
  readonly name: string;
  readonly there: readonly Load[];
  readonly back: readonly Load[];
  /** What is loaded first, where that is not nftables' own rules. */
  readonly before?: readonly Load[];
  /** What is in force before and after; nothing where everything is open. */
  readonly rulesets: readonly [Ruleset, Ruleset] | readonly [Ruleset, undefined];
  /** One `goto` a direction is replaced, and nothing else. */
  readonly isSwitch?: true;
  /** Taken so often, where that is not as often as all others. */
  readonly rounds?: number;
  /** The loader is killed on its way there, and what is in force then is listed. */
  readonly kill?: true;
}

/** Every move of a policy: between two states whichever they are, over the lockdown, over itself, to nothing and back. */
export function movesOf(policy: Emitted): readonly Move[] {
  const { plan } = policy;
  const [, first, ...rest] = rulesetsOf(plan);
  if (!first) throw new Error("a plan has states");
  const states = [first, ...rest];
  const file = (name: string): string => fileOf(policy, `${name}.nft`);
  const between = states.flatMap((a, i) =>
    states.slice(i + 1).map((b): Move => {
      const [there, back] = [[switchOf(policy, b.state)], [switchOf(policy, a.state)]];
      return { name: `${a.state} <> ${b.state}`, there, back, rulesets: [a, b], isSwitch: true };
    }),
  );
  const again = [file("ruleset")];
  const open = (name: string): Move => ({ name, there: [file(name)], back: again, rulesets: [first, undefined] });
  return [
    { name: "lockdown <> ruleset", there: again, back: [file("lockdown")], rulesets: [plan.lockdown, first] },
    { name: "ruleset over itself", there: again, back: [], rulesets: [first, first] },
    ...between,
    open("disable"),
    open("uninstall"),
  ];
}

export interface Result {
  readonly move: Move;
  /** How many packets of each class were tried. */
  readonly packets: Readonly<Record<Class, number>>;
  readonly weathered: Weathered;
}

/** Takes each move there and back, `rounds` times, in a flood of packets that both sides refuse, or both let pass; `beside`
 * loads what else there is on the machine. */
export async function takeMoves(
  policy: Emitted,
  moves: readonly Move[],
  rounds: number,
  beside: (host: Namespace) => Promise<void> = async () => {},
): Promise<readonly Result[]> {
  const world = worldOf(policy.policy, policy.plan, "tunnels");
  const candidates = await candidatesOf(policy);
  const sandbox = await openWorld(world);
  try {
    const { host } = sandbox.namespaces;
    await makeControlGroups(host, fileOf(policy, "ruleset.nft"));
    await host.nft(routing(world));
    await beside(host);
    const blocks = moves.map((move) => blockOf(policy, move, candidates, world, move.rounds ?? rounds));
    const results = await storm(host, blocks, world.tuns);
    return results.flatMap((weathered, i) => {
      const [move, sent] = [moves[i], blocks[i]?.packets ?? []];
      const count = (of: Class): number => sent.filter((packet) => packet.class === of).length;
      return move ? { move, packets: { refused: count("refused"), passing: count("passing") }, weathered } : [];
    });
  } finally {
    await sandbox.close();
  }
}

const most = 32;

function blockOf(
  policy: Emitted,
  { there, back, before, rulesets: [from, to], kill }: Move,
  candidates: readonly Candidate[],
  world: World,
  rounds: number,
): Block {
  const sides = to ? [from, to] : [from];
  const all = (verdict: "accept" | "refuse") =>
    candidates.filter(({ seen }) =>
      sides.every((side) => {
        const packet = seen.get(side.state);
        return packet && (evaluate(side, packet).verdict.kind === "accept") === (verdict === "accept");
      }),
    );
  // What is sent from here is judged before the sender goes on, so it can be told whether one was lost; what is sent to all
  // is judged once more, as it comes back.
  const isToAll = ({ family, destination, outInterface }: Packet): boolean =>
    family !== "arp" && world.locality({ family, value: destination }, outInterface ?? { name: "" }).endsWith("cast");
  const passing = all("accept").filter(({ packet }) => packet.direction === "out" && !isToAll(packet));
  const shots = (some: readonly Candidate[], of: Class): Block["packets"] =>
    some.slice(0, most).map(({ packet }, i) => ({ ...shotOf(packet, world, i, classes[of]), class: of }));
  return {
    before: before ?? [fileOf(policy, from === policy.plan.lockdown ? "lockdown.nft" : "ruleset.nft"), ...back],
    packets: [...shots(all("refuse"), "refused"), ...shots(passing, "passing")],
    steps: [{ load: there, ...(kill && { kill, list: true }) }, to ? { load: back } : { load: back, still: true }],
    rounds,
  };
}

/** A packet, and by state how the kernel shows it to the rules. */
interface Candidate {
  readonly packet: Packet;
  readonly seen: ReadonlyMap<string, Packet>;
}

/** New packets at the policy's own boundaries, half of them such as pass in some state. */
async function candidatesOf(policy: Emitted): Promise<readonly Candidate[]> {
  const all = fc
    .sample(packetsOf(policy.plan), { seed: 1, numRuns: 800 })
    .filter(({ connection }) => connection === "new");
  const passes = (packet: Packet): boolean =>
    rulesetsOf(policy.plan).some((ruleset) => evaluate(ruleset, packet).verdict.kind === "accept");
  const [passing, others] = [all.filter(passes), all.filter((packet) => !passes(packet))];
  const { verdicts } = await judge(policy, [...passing.slice(0, 50), ...others.slice(0, 30)]);
  const by = new Map<Packet, Map<string, Packet>>();
  for (const { sent, state, packet } of verdicts) by.set(sent, (by.get(sent) ?? new Map()).set(state, packet));
  return [...by].map(([packet, seen]) => ({ packet, seen }));
}
