import type { Packet } from "../ir/packet.ts";
import type { Ruleset } from "../ir/ruleset.ts";
import type { StateKey } from "../ir/states.ts";
import { openings, replies } from "./accepted.ts";
import { answersTo } from "./answers.ts";
import { cover } from "./cover.ts";
import { connections, type Side, sides } from "./dimensions.ts";
import { PacketSpace } from "./packet-space.ts";
import { membersOf } from "./packets/generalise.ts";
import type { PacketSet } from "./packets/packet-set.ts";
import { possible } from "./possible.ts";
import { regionText } from "./region-text.ts";
import { misnamed, usual } from "./usual.ts";
import { loopback, merged, vocabularyOf } from "./vocabulary.ts";
import { witness } from "./witness.ts";

/** What is in force in a state, before and after. Tables are compared as they stand there. */
export interface Pair {
  readonly state: StateKey;
  readonly before: Ruleset;
  readonly after: Ruleset;
}

/** Packets that pass on one side alone, in each of these states. */
export interface Change {
  readonly states: readonly StateKey[];
  /** All usual ones in one line, but for the answers to them, which pass like them. Absent: more than is listed. */
  readonly packets?: string;
  /** One of them. */
  readonly witness: Packet;
}

export interface Changes {
  readonly opened: readonly Change[];
  readonly closed: readonly Change[];
}

/** Both are empty exactly when the same packets pass. `BudgetExceeded` is thrown where memory would not do. */
export function changesBetween(pairs: readonly Pair[]): Changes {
  const rulesets = pairs.flatMap(({ before, after }) => [before, after]);
  const space = new PacketSpace(merged(loopback, vocabularyOf(rulesets)));
  const judged = pairs.map(({ state, before, after }) => {
    const [a, b] = [passing(before, space), passing(after, space)];
    return { opened: gained(state, a, b, space), closed: gained(state, b, a, space) };
  });
  const [opened, closed] = [judged.map((each) => each.opened), judged.map((each) => each.closed)];
  if ([...opened, ...closed].every(isNothing)) return { opened: [], closed: [] };
  const words = new Words(rulesets, space);
  return { opened: words.of(opened), closed: words.of(closed) };
}

interface Passing {
  readonly all: PacketSet;
  readonly opened: PacketSet;
}

function passing(ruleset: Ruleset, space: PacketSpace): Passing {
  const opened = openings(ruleset, space);
  return { all: opened.union(replies(ruleset, space)), opened };
}

/** What passes in a state on one side alone. */
interface Gain {
  readonly state: StateKey;
  /** What a rule of its own lets pass. */
  readonly opened: PacketSet;
  /** Answers, as far as they answer nothing of that. */
  readonly answers: PacketSet;
}

const isNothing = ({ opened, answers }: Gain): boolean => opened.isEmpty() && answers.isEmpty();

function gained(state: StateKey, without: Passing, having: Passing, space: PacketSpace): Gain {
  const fresh = having.all.minus(without.all).intersect(possible(space));
  const opened = fresh.intersect(having.opened);
  const answers = fresh.minus(opened);
  return { state, opened, answers: answers.isEmpty() ? answers : answers.minus(answersTo(opened, space)) };
}

interface Part {
  readonly states: readonly StateKey[];
  readonly set: PacketSet;
}
interface Line extends Change {
  readonly members: PacketSet;
}

/** At most so many lines for the same states. */
const most = 20;

class Words {
  readonly #space: PacketSpace;
  readonly #unusual: PacketSet;
  readonly #misnamed: readonly (readonly [Side, PacketSet])[];

  constructor(rulesets: readonly Ruleset[], space: PacketSpace) {
    this.#space = space;
    this.#unusual = usual(rulesets, space).complement();
    this.#misnamed = sides.map((side) => [side, misnamed(side, rulesets, space)]);
  }

  /** What is usual in as few lines as can be found, and a packet of what is more than that. */
  of(gains: readonly Gain[]): readonly Change[] {
    const space = this.#space;
    const replies = space.is("connection", connections.numberOf("established-reply"));
    const lines = [
      ...this.#lines(
        gains.map(({ state, opened }) => ({ states: [state], set: opened })),
        this.#unusual.union(replies),
      ),
      ...this.#lines(
        gains.map(({ state, answers }) => ({ states: [state], set: answers })),
        this.#unusual,
      ),
    ];
    const more = gains.flatMap(({ state, opened, answers }): readonly Part[] => {
      const said = lines.filter(({ states }) => states.includes(state)).map(({ members }) => members);
      const left = opened.union(answers).minus(this.#withMisnamed(space.none.union(...said)));
      return left.isEmpty() ? [] : [{ states: [state], set: left }];
    });
    const some = more[0] && witness(more[0].set, space);
    return [
      ...lines.map(({ members: _, ...change }) => change),
      ...(some ? [{ states: more.flatMap(({ states }) => states), witness: some }] : []),
    ];
  }

  #lines(gains: readonly Part[], along: PacketSet): readonly Line[] {
    const space = this.#space;
    const meant = gains.map(({ states, set }) => ({ states, set: set.minus(along) }));
    return partition(meant).flatMap(({ states, set }) =>
      cover(set, space, { most, along }).regions.flatMap((region): readonly Line[] => {
        const members = space.ofNode(membersOf(space.diagrams, region.box));
        const some = witness(set.intersect(members), space);
        return some ? [{ states, packets: regionText(region, space), witness: some, members }] : [];
      }),
    );
  }

  /** A card with the name of a tunnel is treated as any other card. */
  #withMisnamed(set: PacketSet): PacketSet {
    return this.#misnamed.reduce(
      (all, [side, cards]) => all.union(all.exists(`${side}Name`, `${side}Kind`).intersect(cards)),
      set,
    );
  }
}

/** Each packet once, with all the states in which it is in the set; what holds in more states comes first. */
function partition(sets: readonly Part[]): readonly Part[] {
  let found: readonly Part[] = [];
  for (const { states, set } of sets) {
    const rest = found.reduce((left, part) => left.minus(part.set), set);
    const split = found.flatMap((part) => [
      { states: [...part.states, ...states], set: part.set.intersect(set) },
      { states: part.states, set: part.set.minus(set) },
    ]);
    found = [...split, { states, set: rest }].filter((part) => !part.set.isEmpty());
  }
  return found.toSorted((a, b) => b.states.length - a.states.length);
}
