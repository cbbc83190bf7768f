import { Unreadable } from "./program.ts";

/** A value of JSON of which everything is asked for by name: what was not asked for is refused. */
export class Json {
  readonly #value: unknown;
  /** Of the listing's objects, counted from 1. */
  readonly #place: number;

  constructor(value: unknown, place: number) {
    this.#value = value;
    this.#place = place;
  }

  fail(reason: string): never {
    throw new Unreadable(this.#place, reason);
  }

  get place(): number {
    return this.#place;
  }

  /** The same, told by another place. */
  at(place: number): Json {
    return new Json(this.#value, place);
  }

  /** What it is, for a message. */
  get shown(): string {
    return JSON.stringify(this.#value)?.slice(0, 80) ?? "nothing";
  }

  /** All of it. */
  get value(): unknown {
    return this.#value;
  }

  get isNull(): boolean {
    return this.#value === null;
  }

  get isArray(): boolean {
    return Array.isArray(this.#value);
  }

  /** The keys of an object; none of anything else. */
  get keys(): readonly string[] {
    return this.#object ? Object.keys(this.#object) : [];
  }

  array(): readonly Json[] {
    if (!Array.isArray(this.#value)) return this.fail(`${this.shown} is no list`);
    return this.#value.map((value) => new Json(value, this.#place));
  }

  /** An object that has these keys, and perhaps the others, and no more. */
  object<K extends string, O extends string = never>(
    keys: readonly K[],
    others: readonly O[] = [],
  ): Readonly<Record<K, Json>> & Readonly<Partial<Record<O, Json>>> {
    const object = this.#object ?? this.fail(`${this.shown} is no object`);
    const known: readonly string[] = [...keys, ...others];
    for (const key of Object.keys(object)) if (!known.includes(key)) this.fail(`unknown ${key} in ${this.shown}`);
    for (const key of keys) if (!(key in object)) this.fail(`no ${key} in ${this.shown}`);
    const entries = Object.entries(object).map(([key, value]) => [key, new Json(value, this.#place)] as const);
    return Object.fromEntries(entries) as Readonly<Record<K, Json>> & Readonly<Partial<Record<O, Json>>>;
  }

  get(key: string): Json | undefined {
    const object = this.#object;
    return object && key in object ? new Json(object[key], this.#place) : undefined;
  }

  /** The one key of an object that has a single one, and what it holds. */
  only(): readonly [string, Json] {
    const [key, ...more] = this.keys;
    if (key === undefined || more.length > 0) return this.fail(`${this.shown} is not understood`);
    return [key, new Json(this.#object?.[key], this.#place)];
  }

  string(): string {
    return typeof this.#value === "string" ? this.#value : this.fail(`${this.shown} is no text`);
  }

  oneOf<T extends string>(...words: readonly T[]): T {
    const found = words.find((word) => word === this.#value);
    return found ?? this.fail(`${this.shown} is none of ${words.join(", ")}`);
  }

  number(highest: number): number {
    const value = this.#value;
    const isNumber = typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= highest;
    return isNumber ? value : this.fail(`${this.shown} is no number up to ${highest}`);
  }

  get isString(): boolean {
    return typeof this.#value === "string";
  }

  integer(): number {
    return Number.isInteger(this.#value) ? Number(this.#value) : this.fail(`${this.shown} is no number`);
  }

  get #object(): Readonly<Record<string, unknown>> | undefined {
    const value = this.#value;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  }
}
