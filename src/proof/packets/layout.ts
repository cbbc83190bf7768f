/** A number of so many bits, or one of so many things. */
export type Dimension = { readonly name: string } & ({ readonly bits: number } | { readonly size: number });

/** Any width that divides 32, so that no digit crosses a 32-bit limb. 1 is a binary decision diagram. */
export type DigitBits = 1 | 2 | 4 | 8 | 16;

/** From `first` to `last`, both included. Addresses and ports are the same to a diagram. */
export interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/** Dimensions in order, each cut into digits, most significant first: one digit is one level of a diagram. */
export class Layout {
  readonly dimensions: readonly Dimension[];
  /** The number of levels; terminals stand there. */
  readonly depth: number;
  /** Of a dimension: its first level, the one after its last, its highest value, and its width in 32-bit limbs. */
  readonly first: readonly number[];
  readonly end: readonly number[];
  readonly highest: readonly bigint[];
  readonly limbs: readonly number[];
  /** Of a level: its dimension, highest digit, number of bits, and how many bits of its dimension stand below. */
  readonly dimensionOf: readonly number[];
  readonly highestDigit: Uint32Array;
  readonly bits: readonly number[];
  readonly below: readonly number[];
  readonly #indices: ReadonlyMap<string, number>;

  constructor(dimensions: readonly Dimension[], digitBits: DigitBits) {
    const digits = dimensions.map((dimension) => digitsOf(dimension, digitBits));
    const levels = digits.flatMap((list, dimension) => list.map((digit) => ({ ...digit, dimension })));
    this.dimensions = dimensions;
    this.depth = levels.length;
    this.end = digits.map((_, i) => digits.slice(0, i + 1).reduce((sum, list) => sum + list.length, 0));
    this.first = digits.map((list, i) => (this.end[i] ?? 0) - list.length);
    this.highest = dimensions.map((d) => ("bits" in d ? (1n << BigInt(d.bits)) - 1n : BigInt(d.size - 1)));
    this.limbs = dimensions.map((d) => ("bits" in d ? Math.ceil(d.bits / 32) : 1));
    this.dimensionOf = levels.map(({ dimension }) => dimension);
    this.highestDigit = Uint32Array.from(levels, ({ highest }) => highest);
    this.bits = levels.map(({ bits }) => bits);
    this.below = levels.map(({ below }) => below);
    this.#indices = new Map(dimensions.map(({ name }, i) => [name, i]));
    if (this.#indices.size !== dimensions.length) throw new Error("two dimensions of one name");
  }

  index(name: string): number {
    const index = this.#indices.get(name);
    if (index === undefined) throw new Error(`no dimension ${name}`);
    return index;
  }
}

interface Digit {
  readonly bits: number;
  readonly below: number;
  readonly highest: number;
}

/** One of so many things is one digit, however many they are: so no code is left over that means nothing. */
function digitsOf(dimension: Dimension, digitBits: DigitBits): readonly Digit[] {
  if ("bits" in dimension && dimension.bits > 128) throw new Error(`${dimension.name} has more than 128 bits`);
  if ("size" in dimension) {
    if (dimension.size < 1) throw new Error(`${dimension.name} has no value`);
    return [{ bits: 32, below: 0, highest: dimension.size - 1 }];
  }
  const count = Math.ceil(dimension.bits / digitBits);
  return Array.from({ length: count }, (_, i) => {
    const below = (count - 1 - i) * digitBits;
    const bits = Math.min(digitBits, dimension.bits - below);
    return { bits, below, highest: 2 ** bits - 1 };
  });
}
