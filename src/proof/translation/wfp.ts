import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import type { Ruleset } from "../../ir/ruleset.ts";
import { openings, replies } from "../accepted.ts";
import { connections, sides } from "../dimensions.ts";
import { matched } from "../matched.ts";
import { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Document } from "../readers/wfp/document.ts";
import { inForce, Meaning, type Moment, vocabularyOfDocument } from "../readers/wfp/meaning.ts";
import { readDocument } from "../readers/wfp/read-document.ts";
import { loopback, merged, type Vocabulary, vocabularyOf } from "../vocabulary.ts";
import { wellFormed } from "../well-formed.ts";
import { witness } from "../witness.ts";
import { Found, type Mismatch, mismatchOf } from "./mismatch.ts";
import { windowsPackets } from "./windows-packets.ts";

/**
 * Reads all documents for Windows back and holds every packet in every state and moment against the plan. Undefined: they
 * mean the same. Cost: linear in addresses, and in states × rules.
 */
export function validateWfp(plan: Plan, files: ReadonlyMap<string, string>): Mismatch | undefined {
  return mismatchOf(() => new Validation(plan, files).run());
}

interface State {
  readonly file: string;
  readonly ruleset: Ruleset;
  readonly document: Document;
}

/** A file's name holds neither `:` nor `+`, and no name of a policy holds what stands for them. */
const fileOf = (state: string): string => `wfp/${state.replaceAll(":", ".").replaceAll("+", "_")}.json`;
/** What a person reads or runs: the same for every policy, but for the listing. */
const forPeople: readonly string[] = ["wfp/listing.txt", "wfp/apply.ps1", "wfp/hyperv.ps1"];

class Validation {
  readonly #plan: Plan;
  readonly #files: ReadonlyMap<string, string>;

  constructor(plan: Plan, files: ReadonlyMap<string, string>) {
    this.#plan = plan;
    this.#files = files;
  }

  run(): undefined {
    const states = rulesetsOf(this.#plan).map((ruleset) => this.#load(ruleset));
    this.#effects(states);
    const names = merged(
      vocabularyOf(rulesetsOf(this.#plan)),
      ...states.map(({ document }) => vocabularyOfDocument(document)),
      loopback,
    );
    const space = new PacketSpace(names);
    const meaning = new Meaning(space);
    const there = windowsPackets(space).intersect(wellFormed(space));
    const held = new Held(space, there, names.devices);
    for (const { file, ruleset, document } of states) {
      const of = (moment: Moment) => {
        const sublayers = [inForce(document, moment)];
        return held.passing(meaning.openings(sublayers), meaning.answers(sublayers));
      };
      const difference =
        held.same(of("running"), held.planned(ruleset)) ??
        held.closed(of("engine restarted"), this.#plan.lockdown) ??
        held.onThisMachine(of("before the engine"));
      if (difference) throw new Found({ kind: "packet", file, state: ruleset.state, difference });
    }
    return undefined;
  }

  /** Documents replace each other filter by filter, so the same key must be the same filter in all of them. */
  #effects(states: readonly State[]): void {
    const known = [...states.map(({ file }) => file), ...forPeople];
    for (const file of this.#files.keys())
      if (file.startsWith("wfp/") && !known.includes(file)) this.#effect(file, "nobody loads this file");
    const [first] = states;
    for (const { file, ruleset, document } of states) {
      if (document.policy !== this.#plan.policy || document.state !== ruleset.state)
        this.#effect(file, "says that it is another state");
      const { provider, sublayer } = document;
      const other = first?.document;
      if (provider !== other?.provider || JSON.stringify(sublayer) !== JSON.stringify(other.sublayer))
        this.#effect(file, "another sublayer than the other states have");
      if (provider === sublayer.key) this.#effect(file, "one key for two objects");
    }
  }

  #load(ruleset: Ruleset): State {
    const file = fileOf(ruleset.state);
    const text = this.#files.get(file);
    if (text === undefined) return this.#effect(file, "is not there");
    const read = readDocument(text);
    if ("fault" in read) throw new Found({ kind: "unreadable", file, ...read.fault });
    return { file, ruleset, document: read.document };
  }

  #effect(file: string, reason: string): never {
    throw new Found({ kind: "effect", file, reason });
  }
}

type Difference = Extract<Mismatch, { kind: "packet" }>["difference"];

/** What passes on Windows, and what may. */
class Held {
  readonly #space: PacketSpace;
  readonly #there: PacketSet;
  readonly #isAnswer: PacketSet;
  /** On an interface that the policy does not name. */
  readonly #free: PacketSet;

  constructor(space: PacketSpace, there: PacketSet, devices: Vocabulary["devices"]) {
    this.#space = space;
    this.#there = there;
    const named = devices.flatMap((device) => space.names.interfaces.of(device)).map((n) => n + 1);
    const isNamed = (["in", "out"] as const).map((side) => space.is(`${side}Name`, ...named));
    this.#free = space.none.union(...isNamed).complement();
    this.#isAnswer = space.is("connection", connections.numberOf("established-reply"));
  }

  /** An answer is asked about by the flow that it belongs to, and by nothing else. */
  passing(opened: PacketSet, answered: PacketSet): PacketSet {
    return opened.minus(this.#isAnswer).union(answered).intersect(this.#there);
  }

  /** Windows opens flows only: what the plan lets pass by itself is answered here. */
  planned(ruleset: Ruleset): PacketSet {
    const asFlows = {
      ...ruleset,
      rules: ruleset.rules.map((rule) => ({ ...rule, replies: rule.verdict.kind === "accept" })),
    };
    return this.passing(openings(ruleset, this.#space), replies(asFlows, this.#space));
  }

  same(file: PacketSet, plan: PacketSet): Difference | undefined {
    return (
      this.#some(file.minus(plan), "the file lets it pass, the plan drops it") ??
      this.#some(plan.minus(file), "the file drops it, the plan lets it pass")
    );
  }

  /**
   * Without what names an interface: on those that nothing is said of no more passes than at boot, and what would do so
   * there may enter a tunnel as well; the way to the servers stays open where it names no interface.
   */
  closed(file: PacketSet, lockdown: Ruleset): Difference | undefined {
    const plan = this.planned(lockdown);
    const anywhere = plan.intersect(this.#free).exists(...sides.flatMap((side) => [`${side}Name`, `${side}Kind`]));
    const way = lockdown.rules
      .filter(({ stage, match }) => stage === "endpoint" && match.outInterface?.kind === "none-of")
      .map(({ match }) => matched(match, this.#space).intersect(this.#space.direction("out")).minus(this.#isAnswer));
    return (
      this.#some(file.minus(plan.union(anywhere.minus(this.#free))), "it passes once the engine restarts") ??
      this.#some(
        this.#space.none
          .union(...way)
          .intersect(this.#free)
          .minus(file),
        "it is dropped once the engine restarts",
      )
    );
  }

  onThisMachine(file: PacketSet): Difference | undefined {
    const isLoopback = ["in", "out"].map((side) =>
      this.#space.is(`${side}Kind`, this.#space.names.kinds.numberOf("loopback")),
    );
    return this.#some(file.minus(this.#space.none.union(...isLoopback)), "it passes before the engine starts");
  }

  #some(set: PacketSet, says: string): Difference | undefined {
    const packet = set.isEmpty() ? undefined : witness(set.intersect(this.#there), this.#space);
    return packet && { packet, says };
  }
}
