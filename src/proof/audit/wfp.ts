import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import type { Ruleset } from "../../ir/ruleset.ts";
import { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { type Document, Unreadable } from "../readers/wfp/document.ts";
import { ListedConditions } from "../readers/wfp/listed-conditions.ts";
import { MachineNames, ownersIn } from "../readers/wfp/listed-names.ts";
import { addressesOf } from "../readers/wfp/listed-values.ts";
import type { Listing } from "../readers/wfp/listing.ts";
import { inForce, Meaning, type Moment, questions, vocabularyOfDocument } from "../readers/wfp/meaning.ts";
import { readDocument } from "../readers/wfp/read-document.ts";
import { readListing } from "../readers/wfp/read-listing.ts";
import { SameOnWindows } from "../translation/same-on-windows.ts";
import { windowsPackets } from "../translation/windows-packets.ts";
import { loopback, merged, noVocabulary, type Vocabulary, vocabularyOf } from "../vocabulary.ts";
import { wellFormed } from "../well-formed.ts";
import { type AuditFinding, inAllStates, type Judged, nowhere } from "./finding.ts";
import { needsOf } from "./needed.ts";
import { ForeignFilters, type InState } from "./wfp-foreign.ts";
import { type Numbers, numbersOf } from "./wfp-numbers.ts";
import { forged, type Own, ownOf, textOf } from "./wfp-own.ts";

/**
 * A machine with Windows as `netsh wfp show state` tells of it: whether the filters of a state are there, and what those of others
 * do to them, in every state. `documents` are what was compiled, by their files.
 */
export function auditWfp(
  plan: Plan,
  listing: ReadonlyMap<string, string>,
  documents: ReadonlyMap<string, string>,
): Judged {
  const states = rulesetsOf(plan).map(({ state }) => state);
  try {
    const read = merge([...listing].map(([file, text]) => reading(file, text)));
    const known = [...documents].flatMap(documentIn);
    const own = ownOf(read, known);
    const [first, ...more] = numbersOf(own, known).map((numbers) =>
      new Audit({ plan, listing: read, documents: known, own, numbers }).judged(),
    );
    if (!first || more.length === 0) return first ?? nowhere();
    return { ...first, findings: inAllStates([first, ...more].flatMap(({ findings }) => findings)) };
  } catch (error) {
    if (!(error instanceof Unlisted)) throw error;
    const { file, line, message } = error;
    const place = { file, line, text: message };
    const reason = `the listing is not understood: ${message}`;
    return nowhere({ kind: "absent", states, reason, place, isUnread: true });
  }
}

class Unlisted extends Error {
  readonly file: string;
  readonly line: number;

  constructor(file: string, { line, message }: Unreadable) {
    super(message);
    this.file = file;
    this.line = line;
  }
}

function reading(file: string, text: string): Listing {
  try {
    return readListing(file, text);
  } catch (error) {
    throw error instanceof Unreadable ? new Unlisted(file, error) : error;
  }
}

const merge = (listings: readonly Listing[]): Listing => ({
  filters: listings.flatMap(({ filters }) => filters),
  sublayers: new Map(listings.flatMap(({ sublayers }) => [...sublayers])),
  services: new Map(listings.flatMap(({ services }) => [...services])),
});

function documentIn([file, text]: readonly [string, string]): readonly Document[] {
  if (!file.endsWith(".json")) return [];
  const read = readDocument(text);
  if ("fault" in read) throw new Error(`${file}: ${read.fault.reason}`);
  return [read.document];
}

interface Audited {
  readonly plan: Plan;
  readonly listing: Listing;
  readonly documents: readonly Document[];
  readonly own: Own;
  readonly numbers: Numbers;
}

class Audit {
  readonly #plan: Plan;
  readonly #listing: Listing;
  readonly #documents: readonly Document[];
  readonly #own: Own;
  readonly #states: readonly string[];
  readonly #space: PacketSpace;
  readonly #meaning: Meaning;
  readonly #conditions: ListedConditions;
  readonly #same: SameOnWindows;
  readonly #numbers: Numbers;

  constructor({ plan, listing, documents, own, numbers }: Audited) {
    this.#plan = plan;
    this.#listing = listing;
    this.#documents = documents;
    this.#states = rulesetsOf(plan).map(({ state }) => state);
    this.#own = own;
    this.#numbers = numbers;
    const known = merged(
      loopback,
      vocabularyOf(rulesetsOf(plan)),
      ...documents.map((document) => vocabularyOfDocument(document)),
    );
    const named = (field: "program" | "service") => known.owners[field].map((name) => `${name}`);
    const names = new MachineNames(this.#numbers.aliases, named("program"), named("service"));
    const vocabulary = merged(known, listed(listing, names));
    this.#space = new PacketSpace(vocabulary);
    this.#meaning = new Meaning(this.#space);
    this.#conditions = new ListedConditions(this.#space, names);
    const there = windowsPackets(this.#space).intersect(wellFormed(this.#space));
    this.#same = new SameOnWindows(this.#space, there, known.devices);
  }

  judged(): Judged {
    const { document } = this.#own;
    const ours = new Set(this.#own.there.map(([, filter]) => filter));
    const strange = new Set(this.#own.strange);
    const filters = this.#listing.filters.filter((filter) => !ours.has(filter) && !strange.has(filter));
    const foreign = new ForeignFilters(
      { ...this.#listing, filters },
      { meaning: this.#meaning, conditions: this.#conditions, space: this.#space, there: this.#same.there },
      this.#listing.sublayers.get(document.sublayer.key) ?? document.sublayer.weight,
    );
    const states = rulesetsOf(this.#plan).map((ruleset) => ({ ruleset, passes: this.#passes(ruleset) }));
    const absent = this.#absent();
    const findings = [...absent, ...foreign.findings(states)];
    return { findings, ...(absent.length === 0 && { inForce: document.state }) };
  }

  /** Once the engine restarts ours let pass less than what boots may, because they name no interface then. */
  #passes(ruleset: Ruleset): InState["passes"] {
    const known = new Map<Moment, ReturnType<InState["passes"]>>();
    return (moment) => {
      const made = known.get(moment) ?? this.#passing(ruleset, moment);
      known.set(moment, made);
      return made;
    };
  }

  #passing(ruleset: Ruleset, moment: Moment): ReturnType<InState["passes"]> {
    const planned = this.#same.planned(ruleset);
    if (moment === "running") return { ours: planned, allowed: planned };
    const document = this.#documents.find(({ state }) => state === ruleset.state);
    if (!document) throw new Error(`no document of ${ruleset.state}`);
    const sublayers = [inForce(document, moment)];
    const ours = this.#same.passing(this.#meaning.openings(sublayers), this.#meaning.answers(sublayers));
    const isRestart = moment === "engine restarted";
    return { ours, allowed: isRestart ? ours.union(this.#same.planned(this.#plan.lockdown)) : ours };
  }

  #absent(): readonly AuditFinding[] {
    const { there, missing, strange, document } = this.#own;
    const states = this.#states;
    if (there.length === 0 && strange.length === 0)
      return [{ kind: "absent", states, reason: "no filter of ksp is there" }];
    const [extra] = strange;
    if (extra) return [{ kind: "absent", states, reason: "a filter in our name is of no state", place: textOf(extra) }];
    if (this.#numbers.otherwise)
      return [
        {
          kind: "absent",
          states: [document.state],
          reason: "our filters do not agree on the numbers of interfaces: apply the state again",
          place: textOf(this.#numbers.otherwise),
        },
      ];
    const wrong = this.#forged() ?? this.#misplaced();
    if (wrong) return [wrong];
    const away = this.#away();
    if (missing.length === 0 || (away && this.#isEnough(away))) return [];
    const shown = this.#shown();
    const reason = away
      ? `${away.join(", ")} was not there when state ${document.state} was put in force: apply it once it is`
      : `filters of state ${document.state} are missing (${missing.length}), the first in ${missing[0]?.layer}`;
    return [{ kind: "absent", states: [document.state], reason, ...(shown && { shown }) }];
  }

  /** A filter with our key that says something else than its document. */
  #forged(): AuditFinding | undefined {
    const known = new Set(this.#numbers.aliases.values());
    for (const [filter, listed] of this.#own.there) {
      const question = questions.find(({ layer, as }) => layer === filter.layer && as === "opening");
      if (!question) continue;
      const { interfaces } = filter.when;
      const when = interfaces
        ? { ...filter.when, interfaces: interfaces.filter((name) => known.has(name)) }
        : filter.when;
      const content = `${filter.content} ${when.interfaces ?? ""}`;
      const reason = forged(filter, listed, {
        planned: this.#meaning.matched({ ...filter, when, content }),
        conditions: this.#conditions,
        within: this.#meaning.shown(question),
        sublayer: this.#own.document.sublayer.key,
      });
      if (reason !== undefined)
        return {
          kind: "absent",
          states: [this.#own.document.state],
          reason: `a filter is not as it was written: ${reason}`,
          place: textOf(listed),
        };
    }
    return undefined;
  }

  /** Somebody may have made another one with our key. */
  #misplaced(): AuditFinding | undefined {
    const { provider, sublayer } = this.#own.document;
    const { key, weight } = sublayer;
    const { sublayers, services } = this.#listing;
    const service = services.get(provider);
    if (service !== undefined)
      return { kind: "absent", states: this.#states, reason: `they last only while the service ${service} does` };
    const told = sublayers.get(key);
    if (sublayers.size === 0 || told === weight) return undefined;
    const reason =
      told === undefined
        ? "the weight of our sublayer is not told"
        : `our sublayer has the weight ${told}, not ${weight}`;
    return { kind: "absent", states: this.#states, reason };
  }

  /** Interfaces that were not there, where what is missing is about them alone. */
  #away(): readonly string[] | undefined {
    const { missing } = this.#own;
    const there = new Set(this.#numbers.aliases.values());
    const away = [...new Set(missing.flatMap(({ when }) => when.interfaces ?? []))].filter((name) => !there.has(name));
    const isAway = missing.every(({ when }) => when.interfaces?.every((name) => away.includes(name)));
    return isAway ? away : undefined;
  }

  /**
   * Nothing is refused that the state needs, but probes: nobody sends them on Windows. And nothing passes that it refuses, but on a
   * tunnel's interface once it appears: what passes on one that nothing is said of, and that goes into the tunnel.
   */
  #isEnough(away: readonly string[]): boolean {
    const { ruleset, planned, passes } = this.#held();
    const tunnels = tunnelsOf(this.#plan);
    const isOfTunnels = away.every((name) => tunnels.has(name));
    if (!isOfTunnels && this.#same.some(passes.minus(planned), "")) return false;
    return needsOf(ruleset, this.#space).every(
      ({ ofDaemon, lost }) => ofDaemon || lost(passes).minus(lost(planned)).intersect(this.#same.there).isEmpty(),
    );
  }

  /** A packet that goes otherwise than planned. */
  #shown(): { readonly packet: NonNullable<ReturnType<SameOnWindows["some"]>>["packet"] } | undefined {
    const { planned, passes } = this.#held();
    const difference = this.#same.same(passes, planned);
    return difference && { packet: difference.packet };
  }

  /** What passes those of our filters that are there, and what should. */
  #held(): { readonly ruleset: Ruleset; readonly planned: PacketSet; readonly passes: PacketSet } {
    const { document, there } = this.#own;
    const ruleset = rulesetsOf(this.#plan).find(({ state }) => state === document.state);
    if (!ruleset) throw new Error(`no state ${document.state}`);
    const sublayers = [inForce({ filters: there.map(([filter]) => filter), sublayer: document.sublayer }, "running")];
    const passes = this.#same.passing(this.#meaning.openings(sublayers), this.#meaning.answers(sublayers));
    return { ruleset, planned: this.#same.planned(ruleset), passes };
  }
}

/** The interfaces of tunnels, by their aliases. */
function tunnelsOf(plan: Plan): ReadonlySet<string> {
  const zones = rulesetsOf(plan)
    .flatMap(({ rules }) => rules.flatMap(({ match }) => [match.inInterface, match.outInterface]))
    .flatMap((set) => (set && set.kind !== "loopback" ? set.zones : []));
  const devices = zones.flatMap((zone) => (zone.kind === "tunnel" ? zone.devices : []));
  return new Set(devices.flatMap((device) => (device.kind === "named" ? [device.name] : [])));
}

/** What conditions of a listing name, so that packets are told apart by it. */
function listed(listing: Listing, names: MachineNames): Vocabulary {
  const addresses = (family: "ipv4" | "ipv6") =>
    listing.filters
      .filter(({ layer }) => layer.endsWith(family === "ipv4" ? "_V4" : "_V6"))
      .flatMap(({ conditions }) => conditions.filter(({ field }) => field.endsWith("_ADDRESS")))
      .flatMap((condition) => {
        const asked = addressesOf(condition, family);
        return asked ? [asked] : [];
      });
  return {
    ...noVocabulary,
    owners: { ...noVocabulary.owners, ...ownersIn(listing, names) },
    addresses: { ipv4: addresses("ipv4"), ipv6: addresses("ipv6") },
  };
}
