import { constant } from "../../net/parse-net.ts";
import { localityAlphabet } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { type Place, Questions } from "../readers/nft/asked.ts";
import type { Condition, Table } from "../readers/nft/program.ts";
import type { Test } from "./rules.ts";

/** At least, and at most, these packets. */
interface Bounds {
  readonly least: PacketSet;
  readonly most: PacketSet;
}
/** What all tests of a rule say: those that are understood and mean both at times, and those that are not understood. */
export interface Asked {
  readonly known: Bounds;
  readonly unknown: Bounds;
}

/**
 * Turns tests into packet sets. `isOrdinary`: of traffic that stays within limits, and that is the first of its connection's mark.
 * `carried`: what has the mark of a carrier, which routes take past the tunnels.
 */
export class Tests {
  readonly #space: PacketSpace;
  readonly #questions: Questions;
  readonly #isOrdinary: boolean;
  readonly #carried: PacketSet;

  constructor(space: PacketSpace, isOrdinary: boolean, carried: PacketSet = space.none) {
    this.#space = space;
    this.#questions = new Questions(space);
    this.#isOrdinary = isOrdinary;
    this.#carried = carried;
  }

  all(tests: readonly Test[]): Asked {
    const { all } = this.#space;
    return tests.map((test) => this.#one(test)).reduce(both, this.#known(all));
  }

  /** Understood. */
  #known(least: PacketSet, most = least): Asked {
    const { all } = this.#space;
    return { known: { least, most }, unknown: { least: all, most: all } };
  }

  #one(test: Test): Asked {
    const { all, none } = this.#space;
    switch (test.kind) {
      case "known":
        return this.#condition(test.condition);
      case "always":
        return this.#known(all);
      case "never":
        return this.#known(none);
      case "usually":
        return this.#isOrdinary ? this.#known(all) : this.#known(none, all);
      case "rarely":
        return this.#isOrdinary ? this.#known(none) : this.#known(none, all);
      case "sometimes":
        return this.#known(none, all);
      case "no-way-back":
        if (!this.#isOrdinary) return this.#known(none, all);
        return this.#known(test.byMark ? this.#fromAfar().minus(this.#carried) : this.#fromAfar());
      case "unknown": {
        const most = this.#questions.all(test.within, nothing, anywhere);
        return { known: { least: all, most: all }, unknown: { least: none, most } };
      }
      case "not": {
        const { known: k, unknown: u } = this.all(test.of);
        const isClear = u.least.isEverything();
        const least = k.most.intersect(u.most).complement();
        const most = k.least.intersect(u.least).complement();
        return isClear ? this.#known(least, most) : { ...this.#known(all), unknown: { least, most } };
      }
      case "either": {
        const asked = test.of.map((tests) => this.all(tests));
        const sum = (of: (one: Asked) => PacketSet): PacketSet => none.union(...asked.map(of));
        const least = sum(({ known: k, unknown: u }) => k.least.intersect(u.least));
        const most = sum(({ known: k, unknown: u }) => k.most.intersect(u.most));
        const isClear = asked.every(({ unknown: u }) => u.least.isEverything());
        return isClear ? this.#known(least, most) : { ...this.#known(all), unknown: { least, most } };
      }
    }
  }

  #condition(condition: Condition): Asked {
    const { all, none } = this.#space;
    switch (condition.kind) {
      case "locality":
        return condition.side === undefined
          ? this.#local(condition)
          : this.#known(this.#questions.all([condition], nothing, anywhere));
      case "translated":
        if (condition.end === "source") return this.#known(none, all);
        return this.#known(this.#questions.all([condition], nothing, anywhere));
      case "connection-mark":
        // None has one of its own accord.
        return this.#isOrdinary
          ? this.#known(this.#questions.all([condition], nothing, anywhere))
          : this.#known(none, all);
      default:
        return this.#known(this.#questions.all([condition], nothing, anywhere));
    }
  }

  /** Whose address it is on the whole machine: at least that of the interface, and what leaves has one of them as its source. */
  #local({ end, types, isNegated }: Extract<Condition, { kind: "locality" }>): Asked {
    const space = this.#space;
    const here = space.is(`${end}Locality`, ...types.map((type) => localityAlphabet.numberOf(type)));
    const elsewhere = space.is(`${end}Locality`, localityAlphabet.numberOf("elsewhere"));
    const own = end === "source" ? space.direction("out") : space.none;
    const most = types.includes("local") ? here.union(elsewhere.intersect(own)) : here;
    const bounds = isNegated ? { least: most.complement(), most: here.complement() } : { least: here, most };
    return this.#known(bounds.least, bounds.most);
  }

  /**
   * What a filter of the way back may refuse: where a tunnel carries everything, the answer to an address of the internet would
   * go into the tunnel, whatever comes in elsewhere.
   */
  #fromAfar(): PacketSet {
    const space = this.#space;
    const near = (["ipv4", "ipv6"] as const).map((family) =>
      space.address("source", family, nearby, space.all).intersect(space.family(family)),
    );
    const { kinds } = space.names;
    const tunnels = ["loopback", "wireguard", "tun", "ovpn", "ovpn-dco", "xfrm", "vti", "vti6"];
    const inside = space.is("inKind", ...tunnels.map((kind) => kinds.numberOf(kind)));
    // Whoever sends with the highest hop limit is at the link.
    return space
      .has("in")
      .minus(inside)
      .minus(space.is("hopLimit", 255).union(...near));
  }
}

/** Found at the link itself. */
const nearby = constant(
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/3",
  "::/127",
  "fc00::/7",
  "fe80::/10",
  "ff00::/8",
);

const both = (a: Asked, b: Asked): Asked => ({
  known: { least: a.known.least.intersect(b.known.least), most: a.known.most.intersect(b.known.most) },
  unknown: { least: a.unknown.least.intersect(b.unknown.least), most: a.unknown.most.intersect(b.unknown.most) },
});

/** Sets are written out in the conditions. */
const nothing: Table = { sets: new Map(), chains: new Map() };
const anywhere: Place = {
  hasArrived: true,
  isTranslated: false,
  isOurs: { source: false, destination: false },
  isOpen: true,
  marks: [],
};
