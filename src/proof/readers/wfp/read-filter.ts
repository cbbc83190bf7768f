import { createHash } from "node:crypto";
import type { Addresses } from "../../address-classes.ts";
import { AddressList } from "../nft/addresses.ts";
import {
  addressTypes,
  type Conditions,
  type Filter,
  type Layer,
  layers,
  lifetimes,
  type Span,
  Unreadable,
} from "./document.ts";

type Fields<K extends string> = Readonly<Partial<Record<K, unknown>>>;
const words = ["name", "layer", "weight", "action", "lifetime", "when", "key"] as const;

/** A filter, and why Windows would not take it as it reads. */
export function readFilter(value: unknown, line: number): Filter {
  const reader = new FilterReader(line);
  const { name, layer, weight, action, lifetime, when, key } = reader.object(value, words);
  if (typeof name !== "string" || name === "") reader.fault("expected a name");
  if (typeof weight !== "number" || !Number.isInteger(weight) || weight < 1)
    return reader.fault("no weight of a filter");
  const content = sortedJson({ name, layer, weight, action, lifetime, when });
  if (key !== uuidOf(content)) reader.fault("the key of another filter");
  const filter = {
    line,
    content,
    key: `${key}`,
    layer: reader.oneOf(layers, layer),
    weight,
    action: reader.oneOf(["permit", "block"] as const, action),
    lifetime: reader.oneOf(lifetimes, lifetime),
  };
  return { ...filter, when: reader.conditions(reader.object(when, asked), filter.layer) };
}

/** Microsoft, "Filtering conditions available at each filtering layer": of those that ksp uses. */
const available = {
  loopback: /^(connect|accept|error)/,
  interface: /^(connect|accept|error)/,
  localAddressType: /^accept/,
  localAddress: /^(connect|accept|error)/,
  remoteAddress: /^(connect|accept|error)/,
  protocol: /^(connect|accept)/,
  icmpType: /^(connect|accept|error)/,
  localPort: /^(connect|accept)/,
  remotePort: /^(connect|accept)/,
  program: /^(connect|accept)/,
  service: /^(connect|accept)/,
} as const;
const asked = Object.keys(available) as readonly (keyof typeof available)[];
type Asked = Fields<keyof typeof available>;

class FilterReader {
  readonly #line: number;

  constructor(line: number) {
    this.#line = line;
  }

  fault(reason: string): never {
    throw new Unreadable(this.#line, reason);
  }

  /** An object with no other keys, in this order. */
  object<K extends string>(value: unknown, keys: readonly K[]): Fields<K> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.fault("expected an object");
    const unknown = Object.keys(value).find((key) => !keys.some((known) => known === key));
    if (unknown !== undefined) this.fault(`unknown word ${unknown}`);
    if (keys.filter((key) => key in value).join() !== Object.keys(value).join()) this.fault("words in another order");
    return value as Fields<K>;
  }

  oneOf<const T extends string>(wanted: readonly T[], value: unknown): T {
    return (
      wanted.find((each) => each === value) ?? this.fault(`${JSON.stringify(value)} is none of ${wanted.join(", ")}`)
    );
  }

  conditions(when: Asked, layer: Layer): Conditions {
    for (const word of asked)
      if (when[word] !== undefined && !available[word].test(layer)) this.fault(`${word} is not asked in ${layer}`);
    if (when.loopback !== undefined && when.loopback !== true) this.fault("loopback is true or not there");
    const icmp = layer.endsWith("v4") ? 1 : 58;
    const protocols = this.#list(when.protocol, this.#byte);
    const { icmpType, localPort, remotePort } = when;
    // Windows has one field for a port and a type.
    if (icmpType !== undefined && !layer.startsWith("error") && protocols?.join() !== `${icmp}`)
      this.fault("a type of another protocol");
    if ((localPort ?? remotePort) !== undefined && !protocols?.every((p) => p === 6 || p === 17))
      this.fault("a port of another protocol");
    return {
      ...(when.loopback === true && { loopback: true }),
      ...given("interfaces", this.#list(when.interface, this.#text)),
      ...given(
        "localTypes",
        this.#list(when.localAddressType, (value) => this.oneOf(addressTypes, value)),
      ),
      ...given("local", this.#addresses(when.localAddress, layer)),
      ...given("remote", this.#addresses(when.remoteAddress, layer)),
      ...given("protocols", protocols),
      ...given("icmpTypes", this.#list(icmpType, this.#byte)),
      ...given("localPorts", this.#list(localPort, this.#span)),
      ...given("remotePorts", this.#list(remotePort, this.#span)),
      ...given("programs", this.#list(when.program, this.#text)),
      ...given("services", this.#list(when.service, this.#text)),
    };
  }

  /** An empty list would be no condition at all. */
  #list<T>(value: unknown, each: (value: unknown) => T): readonly T[] | undefined {
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.length === 0) return this.fault("expected a list that is not empty");
    if (new Set(value).size < value.length) this.fault("a value twice");
    return value.map(each);
  }

  #addresses(value: unknown, layer: Layer): Addresses | undefined {
    const texts = this.#list(value, this.#text);
    if (!texts) return undefined;
    const list = new AddressList(layer.endsWith("v4") ? "ipv4" : "ipv6");
    for (const text of texts) {
      const wrong = list.add(text, 0, text.length);
      if (wrong !== undefined) this.fault(`${text}: ${wrong}`);
    }
    return list.finish() ?? this.fault("addresses overlap");
  }

  #text = (value: unknown): string =>
    typeof value === "string" && value !== "" ? value : this.fault("expected a name");

  #byte = (value: unknown): number =>
    typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255
      ? value
      : this.fault("expected a byte");

  #span = (value: unknown): Span => {
    const [, from, to = from] = /^(0|[1-9][0-9]*)(?:-([1-9][0-9]*))?$/.exec(`${value}`) ?? [];
    const [first, last] = [Number(from), Number(to)];
    return from !== undefined && first <= last && last <= 0xffff ? { first, last } : this.fault(`${value} is no port`);
  };
}

const given = <K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: T };

/** Keys sorted at every depth. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

const namespace = Uint8Array.from([
  0x5f, 0x0c, 0x1f, 0x6e, 0x7b, 0x61, 0x4f, 0x0e, 0x9b, 0x55, 0x6b, 0x73, 0x70, 0x77, 0x66, 0x70,
]);

/** RFC 9562 5.5: the first 128 bits of a SHA-1, but for version and variant. The applier tells filters apart by it. */
function uuidOf(text: string): string {
  const hex = createHash("sha1").update(namespace).update(text).digest("hex");
  const variant = (Number.parseInt(hex.charAt(16), 16) % 4) + 8;
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant.toString(16)}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join("-");
}
