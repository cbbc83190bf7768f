import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import type { Ruleset } from "../../ir/ruleset.ts";
import { applied, MovesOfWfp, unlasting, type WfpStanding } from "../moves/wfp.ts";
import { PacketSpace } from "../packet-space.ts";
import { type Document, Unreadable } from "../readers/wfp/document.ts";
import { inForce, Meaning, type Moment, vocabularyOfDocument } from "../readers/wfp/meaning.ts";
import { readDocument } from "../readers/wfp/read-document.ts";
import { digestOf, scripts } from "../readers/wfp/scripts.ts";
import { loopback, merged, vocabularyOf } from "../vocabulary.ts";
import { wellFormed } from "../well-formed.ts";
import { Found, type Mismatch, mismatchOf, reading } from "./mismatch.ts";
import { SameOnWindows } from "./same-on-windows.ts";
import { reviewed } from "./wfp-review.ts";
import { windowsPackets } from "./windows-packets.ts";

/**
 * Reads all documents for Windows back and holds every packet in every state and moment, and in every move, against the plan.
 * Undefined: they mean the same. Cost: linear in addresses, and in states × rules.
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
/** The same in every document ever written, or those of two compiles would not replace each other. */
const [ourProvider, ourSublayer] = ["44d96528-c782-5948-a7f4-b8cf6cde24a5", "cb938bd2-820b-5823-89b6-948c477790a9"];
/** Before those of other programs: behind one of them its permit for good would pass ours. */
const ourWeight = 0xfffe;
/** What a person reads. */
const listing = "wfp/listing.txt";

/** Whether Windows would find it in our folder, where `WFP\Up.json.` is `wfp/up.json`. */
const isBeside = (file: string): boolean => {
  const parts = file.split(/[\\/]/).map((part) => part.replace(/[. ]+$/, "").toLowerCase());
  return file.split(/[\\/]/).includes("..") || parts.find((part) => part !== "") === "wfp";
};

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
    const same = new SameOnWindows(space, there, names.devices);
    for (const { file, ruleset, document } of states) {
      const of = (moment: Moment) => {
        const sublayers = [inForce(document, moment)];
        return same.passing(meaning.openings(sublayers), meaning.answers(sublayers));
      };
      const difference =
        same.same(of("running"), same.planned(ruleset)) ??
        same.closed(of("engine restarted"), ruleset, this.#plan.lockdown) ??
        same.onThisMachine(of("before the engine"), ruleset, this.#plan.lockdown);
      if (difference) throw new Found({ kind: "packet", file, state: ruleset.state, difference });
    }
    this.#moves(states, meaning, same);
    reading(listing, Unreadable, () => reviewed(this.#text(listing), this.#plan.policy, states));
    return undefined;
  }

  /** From whatever is there to any state; without a filter of ours everything passes. */
  #moves(states: readonly State[], meaning: Meaning, same: SameOnWindows): void {
    const [first] = states;
    if (!first) throw new Error("a plan has states");
    const moves = new MovesOfWfp(meaning, same, first.document.sublayer);
    const nothing: WfpStanding = { filters: [] };
    const stands = states.map(({ ruleset, document }) => ({ filters: document.filters, ruleset }));
    for (const from of [nothing, ...stands])
      for (const to of stands) {
        const name = `${from.ruleset?.state ?? "nothing"} -> ${to.ruleset.state}`;
        const difference = from === to ? undefined : moves.broken({ name, from, to, ...applied(from, to) });
        if (difference) throw new Found({ kind: "move", file: fileOf(to.ruleset.state), move: name, difference });
      }
  }

  /** Documents replace each other, so all speak of one provider and sublayer; and no file is beside them. */
  #effects(states: readonly State[]): void {
    const known = [...states.map(({ file }) => file), listing, ...scripts.keys()];
    for (const file of this.#files.keys())
      if (isBeside(file) && !known.includes(file)) this.#effect(file, "nobody loads this file");
    for (const [file, digest] of scripts)
      if (digestOf(this.#text(file)) !== digest) this.#effect(file, "is not the script that was tried");
    const [first] = states;
    for (const { file, ruleset, document } of states) {
      if (document.policy !== this.#plan.policy || document.state !== ruleset.state)
        this.#effect(file, "says that it is another state");
      const { provider, sublayer } = document;
      const other = first?.document;
      if (provider !== other?.provider || JSON.stringify(sublayer) !== JSON.stringify(other.sublayer))
        this.#effect(file, "another sublayer than the other states have");
      if (provider !== ourProvider || sublayer.key !== ourSublayer)
        this.#effect(file, "a provider or sublayer that is not that of ksp");
      if (sublayer.weight !== ourWeight) this.#effect(file, "another weight of the sublayer");
    }
  }

  #load(ruleset: Ruleset): State {
    const file = fileOf(ruleset.state);
    const read = readDocument(this.#text(file));
    if ("fault" in read) throw new Found({ kind: "unreadable", file, ...read.fault });
    const late = unlasting(read.document);
    if (late !== undefined) throw new Found({ kind: "unloadable", file, reason: late });
    return { file, ruleset, document: read.document };
  }

  #text(file: string): string {
    return this.#files.get(file) ?? this.#effect(file, "is not there");
  }

  #effect(file: string, reason: string): never {
    throw new Found({ kind: "effect", file, reason });
  }
}
