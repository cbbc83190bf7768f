import type { Addresses } from "../../address-classes.ts";
import { connections, localityAlphabet, type Side } from "../../dimensions.ts";
import type { PacketSpace } from "../../packet-space.ts";
import type { PacketSet } from "../../packets/packet-set.ts";
import { type Ruling, VerdictFunction } from "../../packets/verdict-function.ts";
import type { Vocabulary } from "../../vocabulary.ts";
import type { Conditions, Document, Filter, Layer, Lifetime, Span } from "./document.ts";
import { layers } from "./document.ts";

/** Filters of one sublayer that are in force together. */
export interface Sublayer {
  readonly weight: number;
  readonly filters: readonly Filter[];
}

type Way = "out" | "in" | "forward";

/** What a layer is asked about: packets that open a flow, and errors of ICMP; or packets that answer what it let begin. */
export interface Question {
  readonly layer: Layer;
  readonly as: "opening" | "answer";
}

/** Each packet is asked about once. */
export const questions: readonly Question[] = [
  ...layers.map((layer) => ({ layer, as: "opening" }) as const),
  ...layers.filter((layer) => /^(connect|accept)/.test(layer)).map((layer) => ({ layer, as: "answer" }) as const),
];

/** What filters say of packets. */
export class Meaning {
  readonly #space: PacketSpace;
  readonly #isAnswer: PacketSet;
  readonly #sets = new Map<string, PacketSet>();

  constructor(space: PacketSpace) {
    this.#space = space;
    const isReply = space.is("connection", connections.numberOf("established-reply"));
    // Who forwards remembers no flow.
    this.#isAnswer = isReply.minus(space.direction("forward"));
  }

  /** What may be opened, and errors of ICMP. What no filter is about passes. */
  openings(sublayers: readonly Sublayer[]): PacketSet {
    return this.#all(sublayers, "opening");
  }

  /**
   * Packets of a flow whose opening passes: the engine asks its layers once for each flow, and again when filters change.
   * Nobody knows who opened it, so a permit counts for everybody and a block that names somebody for nobody.
   */
  answers(sublayers: readonly Sublayer[]): PacketSet {
    return this.#all(sublayers, "answer");
  }

  #all(sublayers: readonly Sublayer[], as: Question["as"]): PacketSet {
    const asked = questions.filter((question) => question.as === as);
    return this.#space.none.union(
      ...asked.map((question) => this.judged(sublayers, question).intersect(this.shown(question))),
    );
  }

  /** What passes, of the packets that the layer is asked about. */
  judged(sublayers: readonly Sublayer[], { layer, as }: Question): PacketSet {
    const heaviestFirst = [...sublayers].sort((a, b) => b.weight - a.weight);
    const functions = heaviestFirst.map(({ filters }) => {
      const own = filters.filter((filter) => filter.layer === layer).sort((a, b) => b.weight - a.weight);
      const counted = as === "opening" ? own : own.filter(({ action, when }) => action === "permit" || !isOwned(when));
      const rulings = counted.map(
        ({ action, when, content }): Ruling => ({
          set: this.#matched(as === "opening" ? when : unowned(when), { layer, as }, `${content} ${as}`),
          // A block of a filter is final for all lighter sublayers, a permit is not.
          verdict: action === "permit" ? "permit" : "block!",
        }),
      );
      return VerdictFunction.firstMatch(this.#space.all, rulings);
    });
    const all = VerdictFunction.arbitrate(this.#space.all, functions);
    return all.permitted().union(all.undecided());
  }

  /** The packets that a filter is about, of those that open a flow. */
  matched({ when, layer, content }: Pick<Filter, "when" | "layer" | "content">): PacketSet {
    return this.#matched(when, { layer, as: "opening" }, `${content} opening`);
  }

  /** The packets that a layer is asked about. */
  shown(question: Question): PacketSet {
    const seen = this.#seenAt(question.layer, wayOf(question));
    return question.as === "answer" ? seen.intersect(this.#isAnswer) : seen.minus(this.#isAnswer);
  }

  /** The packets that a layer judges; of a flow, those that go the given way. */
  #seenAt(layer: Layer, way: Way): PacketSet {
    const isV4 = layer.endsWith("v4");
    const seen = this.#space.direction(way).intersect(this.#space.family(isV4 ? "ipv4" : "ipv6"));
    if (layer.startsWith("forward")) return seen;
    const errors = isV4 ? [3, 4, 5, 11, 12] : Array.from({ length: 128 }, (_, type) => type);
    const isError = this.#space.is("protocol", isV4 ? 1 : 58).intersect(this.#space.is("icmpType", ...errors));
    return layer.startsWith("error") ? seen.intersect(isError) : seen.minus(isError);
  }

  #matched(when: Conditions, question: Question, key: string): PacketSet {
    const known = this.#sets.get(key);
    if (known) return known;
    const made = this.#meet(when, question);
    this.#sets.set(key, made);
    return made;
  }

  /** From the last dimension up: a long list of addresses is made once and never walked again. */
  #meet(when: Conditions, question: Question): PacketSet {
    const space = this.#space;
    const { layer } = question;
    const way = wayOf(question);
    const version = layer.endsWith("v4") ? 4 : 6;
    const [local, remote] = way === "in" ? (["destination", "source"] as const) : (["source", "destination"] as const);
    const side: Side = way === "in" ? "in" : "out";
    const { interfaces, owners } = space.names;
    const types = { unicast: "local", multicast: "multicast", broadcast: "broadcast" } as const;
    const tail = [
      when.protocols && space.is("protocol", ...when.protocols),
      when.icmpTypes && space.is("icmpType", ...icmpTypes(when.icmpTypes, version, question.as)),
      when.localPorts && space.where(`${local}Port`, spans(when.localPorts)),
      when.remotePorts && space.where(`${remote}Port`, spans(when.remotePorts)),
      when.programs && space.is("program", ...when.programs.map((name) => owners.program.numberOf(name))),
      when.services && space.is("service", ...when.services.map((name) => owners.service.numberOf(name))),
    ].reduce<PacketSet>((all, set) => (set ? all.intersect(set) : all), space.all);
    const addressed = (["source", "destination"] as const).reduce((inside, end) => {
      const addresses = end === local ? when.local : when.remote;
      return addresses ? space.addresses(end, version === 4 ? "ipv4" : "ipv6", addresses, inside) : inside;
    }, tail);
    return [
      when.loopback && space.is(`${side}Kind`, space.names.kinds.numberOf("loopback")),
      when.interfaces &&
        space.is(
          `${side}Name`,
          ...when.interfaces.flatMap((name) => interfaces.of({ kind: "named", name }).map((n) => n + 1)),
        ),
      when.localTypes &&
        space.is(`${local}Locality`, ...when.localTypes.map((type) => localityAlphabet.numberOf(types[type]))),
    ].reduce<PacketSet>((all, set) => (set ? all.intersect(set) : all), addressed);
  }
}

/** Where packets go that a layer is asked about: answers go back. */
function wayOf({ layer, as }: Question): Way {
  if (layer.startsWith("forward")) return "forward";
  return /^(connect|error-out)/.test(layer) === (as === "opening") ? "out" : "in";
}

const isOwned = ({ programs, services }: Conditions): boolean => programs !== undefined || services !== undefined;
const unowned = ({ programs: _, services: __, ...when }: Conditions): Conditions => when;

const spans = (of: readonly Span[]) =>
  of
    .map(({ first, last }) => ({ first: BigInt(first), last: BigInt(last) }))
    .sort((a, b) => (a.first < b.first ? -1 : 1));

/** Requests and the answers that Windows takes for the same flow. */
const answerOf = {
  4: new Map([
    [8, 0],
    [0, 8],
    [13, 14],
    [14, 13],
  ]),
  6: new Map([
    [128, 129],
    [129, 128],
  ]),
} as const;

/** A layer names the type of the packet that opens a flow. */
const icmpTypes = (types: readonly number[], version: 4 | 6, as: Question["as"]): readonly number[] =>
  as === "opening" ? types : types.map((type) => answerOf[version].get(type) ?? type);

/** What is in force in one moment of a machine's life. */
export function inForce({ filters, sublayer }: Pick<Document, "filters" | "sublayer">, moment: Moment): Sublayer {
  const lasting: Readonly<Record<Moment, readonly Lifetime[]>> = {
    running: ["static", "persistent"],
    "engine restarted": ["persistent"],
    "before the engine": ["boot"],
  };
  return { weight: sublayer.weight, filters: filters.filter(({ lifetime }) => lasting[moment].includes(lifetime)) };
}

/** No filter is bound to a process, so it is `running` when the daemon was killed, too. */
export const moments = ["running", "engine restarted", "before the engine"] as const;
export type Moment = (typeof moments)[number];

export const vocabularyOfDocument = ({ filters }: Document): Vocabulary => ({
  devices: filters.flatMap(({ when }) => (when.interfaces ?? []).map((name) => ({ kind: "named", name }) as const)),
  kinds: [],
  owners: {
    user: [],
    group: [],
    slice: [],
    program: filters.flatMap(({ when }) => when.programs ?? []),
    service: filters.flatMap(({ when }) => when.services ?? []),
  },
  addresses: { ipv4: listed(filters, "v4"), ipv6: listed(filters, "v6") },
});

const listed = (filters: Document["filters"], version: "v4" | "v6"): readonly Addresses[] =>
  filters
    .filter(({ layer }) => layer.endsWith(version))
    .flatMap(({ when: { local, remote } }) => [...(local ? [local] : []), ...(remote ? [remote] : [])]);
