import type { Ruleset } from "../../ir/ruleset.ts";
import type { MovesOfIptables } from "../moves/iptables.ts";
import { type IptablesStanding, type Programs, stepsOf } from "../moves/iptables-steps.ts";
import { movesOf } from "../moves/list.ts";
import { type IpFamily, type Program, type Sets, Unreadable } from "../readers/iptables/program.ts";
import { isBelow, meetOf, readOpenness } from "../readers/iptables/read-loader.ts";
import { Found, reading } from "./mismatch.ts";

/** What a file leaves, loaded where it belongs. */
export interface Read {
  readonly file: string;
  readonly program: Program;
}
export interface ReadState extends Read {
  readonly ruleset: Ruleset;
}

export interface Family {
  /** What boots, all rules in their first state, and each state. */
  readonly states: readonly ReadState[];
  readonly disabled: Read;
  readonly empty: Program;
}

export const script = "iptables/load.sh";

/** Every move, as the script takes it: step by step, and over the state between where neither is below the other. */
export function checkMoves(
  moves: MovesOfIptables,
  { ipv4: four, ipv6: six }: Readonly<Record<IpFamily, Family>>,
  sets: Sets,
  text: string,
): void {
  const openness = reading(script, Unreadable, () => readOpenness(text));
  const together = (ipv4: Read, ipv6: Read, ruleset?: Ruleset): IptablesStanding => ({
    programs: { ipv4: ipv4.program, ipv6: ipv6.program },
    ...(ruleset && { ruleset }),
  });
  const [boot, all, ...states] = four.states.flatMap((read, i) => {
    const other = six.states[i];
    return other ? [[read.ruleset.state, together(read, other, read.ruleset)] as const] : [];
  });
  if (!boot || !all) throw new Error("a plan has states");
  const stands = {
    nothing: { programs: { ipv4: four.empty, ipv6: six.empty } },
    // What is there goes only afterwards.
    lockdown: { ...boot[1], programs: withSets(boot[1].programs, sets) },
    reloaded: all[1],
    states: new Map(states),
    disabled: together(four.disabled, six.disabled),
  };
  const levels = (standing: IptablesStanding): readonly number[] =>
    openness.states.get(firstOf(standing.programs.ipv6)) ?? openness.unknown;
  const enforced = [stands.lockdown, ...stands.states.values(), stands.disabled];
  for (const a of enforced)
    for (const b of enforced) {
      const [one, other] = [a, b].map((standing) => opennessOf(standing.ruleset?.state, states[0]?.[0] ?? ""));
      if (isBelow(levels(a), levels(b)) !== isBelow(one ?? [], other ?? []))
        wrong(`takes ${nameOf(a)} for more or less open than ${nameOf(b)}`);
    }
  const check = (name: string, from: IptablesStanding, to: IptablesStanding): void => {
    const [before, after] = [levels(from), levels(to)];
    const way = isBelow(after, before) ? "closing" : isBelow(before, after) ? "opening" : undefined;
    if (way) {
      const move = { name, from, to, way, steps: stepsOf(from, to, way) } as const;
      const difference = reading(script, Unreadable, () => moves.broken(move));
      if (difference) throw new Found({ kind: "move", file: script, move: name, difference });
      return;
    }
    const meet = `${meetOf(before, after)}`;
    const [, between] = states.find(([, standing]) => `${levels(standing)}` === meet) ?? [];
    if (!between) wrong(`there is no state between ${name}`);
    check(name, from, between);
    check(name, between, to);
  };
  for (const { name, from, to } of movesOf<IptablesStanding>(stands)) check(name, from, to);
}

function wrong(reason: string): never {
  throw new Found({ kind: "effect", file: script, reason });
}

const withSets = ({ ipv4, ipv6 }: Programs, sets: Sets): Programs => ({
  ipv4: { ...ipv4, sets },
  ipv6: { ...ipv6, sets },
});

const nameOf = ({ ruleset }: IptablesStanding): string => ruleset?.state ?? "disabled";

/** What is open in a state of a policy of which one state is known: the daemon's rules, each chain, the portal, everything. */
function opennessOf(state: string | undefined, known: string): readonly number[] {
  const chains = known.split("+").map(() => 0);
  if (state === undefined) return [2, ...chains.map(() => Number.POSITIVE_INFINITY), 2];
  if (state === "lockdown") return [0, ...chains, 0];
  if (state === "portal") return [1, ...chains, 1];
  const levels = state.split("+").map((chain) => chain.replace(/^.*:/, ""));
  return [1, ...levels.map((level) => (level === "up" ? 1e6 : Number(/^hop(\d+)$/.exec(level)?.[1] ?? 0))), 0];
}

/** Where what leaves goes first. */
function firstOf({ tables }: Program): string {
  const target = tables.get("filter")?.get("ksp_output")?.[0]?.target;
  return target && "chain" in target ? target.chain : "";
}
