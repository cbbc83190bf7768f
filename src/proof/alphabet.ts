/** Finitely many values of a dimension, each with its number; with `other`, what is none of them has the last. */
export class Alphabet<T> {
  readonly values: readonly T[];
  readonly size: number;
  readonly #hasOther: boolean;
  readonly #keyOf: (value: T) => T;
  readonly #numbers: ReadonlyMap<T, number>;

  /** Values with one key are one. */
  constructor(values: readonly T[], hasOther: boolean, keyOf: (value: T) => T = (value) => value) {
    this.values = values;
    this.size = values.length + (hasOther ? 1 : 0);
    this.#hasOther = hasOther;
    this.#keyOf = keyOf;
    this.#numbers = new Map(values.map((value, i) => [keyOf(value), i]));
  }

  /** Of a value that a rule names: it must be known, or two rules could mean the same by mistake. */
  numberOf(value: T): number {
    const number = this.#numbers.get(this.#keyOf(value));
    if (number === undefined) throw new Error(`${value} is not in the vocabulary`);
    return number;
  }

  /** Of a value that a packet has. */
  classOf(value: T): number {
    return this.#hasOther ? (this.#numbers.get(this.#keyOf(value)) ?? this.values.length) : this.numberOf(value);
  }

  /** `other` gives a value that stands for all that are not known. */
  valueOf(number: number, other: (known: readonly T[]) => T): T {
    return number < this.values.length ? (this.values[number] as T) : other(this.values);
  }
}
