import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import { PacketSpace } from "../packet-space.ts";
import { Meaning } from "../readers/pf/meaning.ts";
import { Unreadable } from "../readers/pf/program.ts";
import { type Listing, readListing } from "../readers/pf/read-listing.ts";
import { readReport } from "../readers/pf/read-report.ts";
import { vocabularyOfProgram } from "../readers/pf/vocabulary.ts";
import { Comparison, type Words } from "../translation/comparison.ts";
import { macPackets } from "../translation/mac-packets.ts";
import { SameOnMac } from "../translation/same-on-mac.ts";
import { loopback, merged, noVocabulary, vocabularyOf } from "../vocabulary.ts";
import { inAllStates, type Judged, nowhere, type Place } from "./finding.ts";
import { JudgeOfPf } from "./pf-judge.ts";
import { inWordsOfMac, inWordsOfModel, ourPath, ownState } from "./pf-ours.ts";
import { inPieces } from "./pf-pieces.ts";

/**
 * A Mac by what pfctl printed there (`report.sh`, or `pfctl -sa`): whether a state of the plan is loaded and asked, and what the
 * rules of others do to each state of it. Of these the main ruleset and every anchor are walked as pf walks them.
 */
export function auditPf(plan: Plan, listing: ReadonlyMap<string, string>): Judged {
  const states = rulesetsOf(plan).map(({ state }) => state);
  const [first] = listing;
  if (!first) return nowhere({ kind: "absent", states, reason: "pfctl printed nothing" });
  if (listing.size > 1)
    return nowhere({ kind: "absent", states, reason: "a report is one file, and these are more", isUnread: true });
  const [file, text] = first;
  const lines = text.split(/\r?\n/);
  const placeOf = (line: number): Place => ({ file, line, text: (lines[line - 1] ?? "").trim() });
  try {
    return new Audit(plan, readListing(readReport(text)), placeOf).judged();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return nowhere({ kind: "absent", states, reason: error.message, place: placeOf(error.line), isUnread: true });
  }
}

const words: Words = {
  more: "the Mac passes it, the policy drops it",
  less: "the Mac drops it, the policy passes it",
};

class Audit {
  readonly #plan: Plan;
  readonly #listing: Listing;
  readonly #placeOf: (line: number) => Place;

  constructor(plan: Plan, listing: Listing, placeOf: (line: number) => Place) {
    this.#plan = plan;
    this.#listing = listing;
    this.#placeOf = placeOf;
  }

  judged(): Judged {
    const { machine, skipped } = this.#listing;
    const states = rulesetsOf(this.#plan).map(({ state }) => state);
    if (!machine.isEnabled) return nowhere({ kind: "absent", states, reason: "pf is off" });
    const { program, back, confused } = inWordsOfModel(this.#listing.program, this.#plan);
    const ours = program.get(ourPath);
    if (!ours || ours.entries.length === 0)
      return nowhere({ kind: "absent", states, reason: `nothing is in the anchor ${ourPath}` });

    const planned = vocabularyOf(rulesetsOf(this.#plan));
    const devices = [...skipped.keys()].map((name) => ({ kind: "named", name }) as const);
    const names = merged(planned, vocabularyOfProgram(program), { ...noVocabulary, devices }, loopback);
    const comparison = new Comparison(new PacketSpace(names));
    const tunnels = planned.devices.flatMap((device) => (device.kind === "utun" ? [`utun-${device.of}`] : []));
    const there = macPackets(comparison.space, tunnels);
    const same = new SameOnMac(comparison, new Meaning(comparison.space), there, words);
    const own = ownState(ours, this.#plan, same, { placeOf: this.#placeOf, ...(confused && { confused }) });
    const judge = new JudgeOfPf(program, comparison, there, this.#placeOf);
    const found = rulesetsOf(this.#plan).flatMap((ruleset) => judge.findings(ruleset, skipped));
    const pieces = inPieces(program, comparison, { there, states, placeOf: this.#placeOf });
    const absent = "absent" in own ? [own.absent] : [];
    const findings = [...absent, ...inAllStates(found), ...pieces].map((finding) => inWordsOfMac(finding, back));
    return { findings, ...("inForce" in own && own) };
  }
}
