import type { Ruleset } from "../../ir/ruleset.ts";
import { cover } from "../cover.ts";
import type { PacketSpace } from "../packet-space.ts";
import { packetOf } from "../packet-values.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { type Layer, layers } from "../readers/wfp/document.ts";
import {
  isInForce,
  type ListedSublayer,
  mayBeBlocked,
  mayPassAll,
  type Outcomes,
  outcomesOf,
} from "../readers/wfp/listed-arbitration.ts";
import type { ListedConditions, Matched } from "../readers/wfp/listed-conditions.ts";
import type { ListedFilter, Listing } from "../readers/wfp/listing.ts";
import { type Meaning, type Moment, moments } from "../readers/wfp/meaning.ts";
import { regionText } from "../region-text.ts";
import { ownerFields } from "../vocabulary.ts";
import { witnessValues } from "../witness.ts";
import { type AuditFinding, inAllStates, type Shown } from "./finding.ts";
import { type Need, needsOf } from "./needed.ts";
import { isOfWindows } from "./wfp-callouts.ts";
import { isOfFrames, isOn, isUnknownLayer, placeOf, textOf } from "./wfp-own.ts";

interface Means {
  readonly meaning: Meaning;
  readonly conditions: ListedConditions;
  readonly space: PacketSpace;
  /** The packets that Windows shows. */
  readonly there: PacketSet;
}

/** A filter of somebody else in a layer that says whether packets pass. */
interface Foreign {
  readonly filter: ListedFilter;
  readonly matched: Matched;
}

/** All that are asked about the same packets; where `layer` is absent ours are not among them. */
interface Bench {
  readonly layer?: Layer;
  readonly shown: PacketSet;
  readonly filters: readonly Foreign[];
}

/** A state, and what ours let pass in it, or may. */
export interface InState {
  readonly ruleset: Ruleset;
  readonly passes: (moment: Moment) => { readonly ours: PacketSet; readonly allowed: PacketSet };
}

/** Behind "permits for good before ours are asked". */
const when: Readonly<Record<Moment, string>> = {
  running: "",
  "engine restarted": ", once the engine restarts",
  "before the engine": ", before the engine starts",
};

/** What would only make words longer. */
const unsaid = ["routedName", "routedKind", "hopLimit", "fragment", ...ownerFields];

/**
 * What filters of others do to ours: each by itself, as if no other did it. What they let others decide about opens nothing, however
 * much it is; what they permit for good does where it comes before ours, and what they refuse is refused wherever it stands.
 */
export class ForeignFilters {
  readonly #means: Means;
  readonly #weights: Listing["sublayers"];
  readonly #ourWeight: number;
  readonly #benches: readonly Bench[];
  /** In layers that no reader judges, and why that matters. */
  readonly #astray: readonly { readonly filter: ListedFilter; readonly reason: string }[];

  constructor({ filters, sublayers }: Listing, means: Means, ourWeight: number) {
    this.#means = means;
    this.#weights = sublayers;
    this.#ourWeight = ourWeight;
    const acting = filters.filter((filter) => !onlyLooks(filter));
    this.#astray = acting.flatMap((filter) => {
      const reason = filter.flags.includes("DISABLED") ? undefined : astray(filter);
      return reason === undefined ? [] : [{ filter, reason }];
    });
    const groups = Map.groupBy(acting, ({ layer }) => layer);
    this.#benches = [...groups].flatMap(([name, own]) => this.#bench(name, own));
  }

  findings(states: readonly InState[]): readonly AuditFinding[] {
    const needs = new Map(states.map(({ ruleset }) => [ruleset, needsOf(ruleset, this.#means.space)]));
    const found = this.#benches.flatMap((bench) => [
      ...moments.flatMap((moment) =>
        states.flatMap((state) => [...this.#opens(bench, state, moment), ...this.#changes(bench, state, moment)]),
      ),
      ...this.#breaks(bench, needs),
    ]);
    const names = states.map(({ ruleset }) => ruleset.state);
    const unjudged = this.#astray.map(
      ({ filter, reason }): AuditFinding => ({ kind: "unclear", states: names, reason, place: textOf(filter) }),
    );
    return [...inAllStates(found), ...unjudged];
  }

  #bench(name: string, own: readonly ListedFilter[]): readonly Bench[] {
    const place = placeOf(name);
    if (!place) return [];
    const { meaning, conditions, space } = this.#means;
    const layer = layers.find((each) => each === place.layer);
    const shown = layer ? meaning.shown({ layer, as: "opening" }) : isOn(space, place);
    const filters = own.map((filter) => ({ filter, matched: conditions.matched(filter, place) }));
    return [{ ...(layer && { layer }), shown, filters }];
  }

  /** A permit for good, or what may be one, before ours. */
  #opens({ layer, shown, filters: all }: Bench, { ruleset, passes }: InState, moment: Moment): readonly AuditFinding[] {
    const { space, there } = this.#means;
    const filters = all.filter(({ filter: { flags } }) => isInForce(flags, moment));
    const able = filters.filter(({ filter }) => mayInsist(filter));
    if (!layer || able.length === 0) return [];
    const { ours: passing, allowed } = passes(moment);
    const ours: Outcomes = {
      mayBlock: passing.complement(),
      mayPass: passing,
      mayInsist: space.none,
      mayVeto: space.none,
    };
    return able.flatMap((one): readonly AuditFinding[] => {
      const counted = filters.filter((each) => each === one || !able.includes(each));
      const sublayers = [
        ...this.#sublayers(counted, "any"),
        { weight: this.#ourWeight, isOurs: true, outcomes: ours } as const,
      ];
      const leak = mayPassAll(sublayers, space).minus(allowed).intersect(shown).intersect(there);
      const shownBy = this.#shown(leak);
      if (!shownBy) return [];
      const common = { states: [ruleset.state], place: textOf(one.filter), shown: shownBy };
      const reason = unclearOf(one);
      return reason === undefined
        ? [{ ...common, kind: "opens", does: `permits for good before ours are asked${when[moment]}` }]
        : [{ ...common, kind: "unclear", reason }];
    });
  }

  /**
   * Callouts where ours are not asked. They get what ours let pass, and whatever they make of it, change or send elsewhere, is
   * not asked for again.
   */
  #changes(
    { layer, shown, filters: all }: Bench,
    { ruleset, passes }: InState,
    moment: Moment,
  ): readonly AuditFinding[] {
    const { space, there } = this.#means;
    const filters = all.filter(({ filter: { flags } }) => isInForce(flags, moment));
    const able = layer ? [] : filters.filter(({ filter: { action } }) => mayDoAnything(action));
    return able.flatMap((one): readonly AuditFinding[] => {
      const counted = filters.filter((each) => each === one || !able.includes(each));
      const gotten = this.#sublayers(counted, "any").map(({ outcomes: { mayVeto } }) => mayVeto);
      const set = space.none
        .union(...gotten)
        .intersect(passes(moment).ours)
        .intersect(shown)
        .intersect(there);
      const [reason, shownBy] = [unclearOf(one), this.#shown(set)];
      if (reason === undefined || !shownBy) return [];
      return [{ kind: "unclear", states: [ruleset.state], reason, place: textOf(one.filter), shown: shownBy }];
    });
  }

  /** A block, or what may be one, unless a permit of its sublayer comes before it. */
  #breaks({ shown, filters: all }: Bench, needs: ReadonlyMap<Ruleset, readonly Need[]>): readonly AuditFinding[] {
    const { space, there } = this.#means;
    const filters = all.filter(({ filter: { flags } }) => isInForce(flags, "running"));
    const able = filters.filter(({ filter }) => mayBlock(filter));
    return able.flatMap((one) => {
      const counted = filters.filter((each) => each === one || !able.includes(each));
      const refused = mayBeBlocked(this.#sublayers(counted, "ordinary"), space).intersect(shown);
      if (refused.isEmpty()) return [];
      const surely = refused.complement();
      // Who receives a packet is not known before it has arrived.
      const received = surely.exists(...ownerFields).intersect(space.direction("in"));
      const reason = unclearOf(one);
      return [...needs].flatMap(([{ state }, each]) =>
        each.flatMap(({ what, lost }): readonly AuditFinding[] => {
          const shownBy = this.#shown(lost(surely.union(received)).intersect(there));
          if (!shownBy) return [];
          const common = { states: [state], place: textOf(one.filter), shown: shownBy };
          return reason === undefined
            ? [{ ...common, kind: "breaks", does: `refuses ${what}` }]
            : [{ ...common, kind: "unclear", reason }];
        }),
      );
    });
  }

  #sublayers(filters: readonly Foreign[], of: "any" | "ordinary"): readonly ListedSublayer[] {
    const groups = Map.groupBy(filters, ({ filter }) => filter.sublayer);
    return [...groups].map(([key, own]) => {
      const weight = this.#weights.get(key);
      const weighed = own.map(({ filter, matched }) => ({ filter, matched: matched[of] }));
      return { ...(weight !== undefined && { weight }), outcomes: outcomesOf(weighed, this.#means.space) };
    });
  }

  /** Who sends is said where filters ask for it alone. */
  #shown(set: PacketSet): Shown | undefined {
    const { space } = this.#means;
    if (set.isEmpty()) return undefined;
    const unasked = ownerFields.filter((field) => space.names.owners[field].values.length === 1);
    const nobody = unasked.map((field) => space.is(field, 0)).reduce((a, b) => a.intersect(b), space.all);
    const values = witnessValues(set.exists(...unasked).intersect(nobody), space);
    if (!values) return undefined;
    const out = space.direction("out");
    const said = set.exists(...unsaid);
    const sent = said.intersect(out).exists("inName", "inKind");
    const [region] = cover(said.minus(out).union(sent), space, { most: 1 }).regions;
    return { packet: packetOf(values, space), ...(region && { region: regionText(region, space) }) };
  }
}

function astray({ layer, action, flags }: ListedFilter): string | undefined {
  if (isUnknownLayer(layer)) return `unknown layer ${layer}`.trim();
  const isHarmless = action.kind === "permit" || flags.includes("BOOTTIME");
  return isOfFrames(layer) && !isHarmless ? "what is refused of frames is not judged" : undefined;
}

const mayInsist = ({ action, flags }: ListedFilter): boolean =>
  action.kind === "permit" ? flags.includes("CLEAR_ACTION_RIGHT") : action.kind !== "block";
const mayDoAnything = ({ kind }: ListedFilter["action"]): boolean => kind === "callout" || kind === "unknown";
const mayBlock = ({ action }: ListedFilter): boolean => action.kind !== "permit";

/** What of a filter is not understood. */
function unclearOf({ filter: { action }, matched }: Foreign): string | undefined {
  if (action.kind === "callout") return `the callout ${action.by} may do anything`;
  if (action.kind === "unknown") return `unknown action ${action.word}`;
  return matched.unclear[0];
}

/** What decides nothing. */
const onlyLooks = ({ action }: ListedFilter): boolean =>
  action.kind === "inspection" || (action.kind === "callout" && isOfWindows(action.by));
