import { utunName } from "../ir/packet.ts";
import type { Device } from "../ir/policy.ts";

/**
 * All names of interfaces, as far as some devices tell them apart: each class has one name that stands for it. Complete:
 * every name there can be falls into one of the classes.
 */
export class InterfaceNames {
  /** One for each class. */
  readonly samples: readonly string[];
  /** What the names of a class have in common: `eth0`, `wg*`, or nothing that any device asks for. */
  readonly labels: readonly string[];
  readonly #devices: readonly Device[];
  readonly #keys: ReadonlySet<string>;
  readonly #classes: ReadonlyMap<string, number>;

  constructor(devices: readonly Device[]) {
    this.#devices = devices;
    this.#keys = new Set(devices.map(keyOf));
    const classes = new Map<string, string>();
    for (const name of candidates(devices)) {
      const signature = this.#signature(name);
      if (!classes.has(signature)) classes.set(signature, name);
    }
    this.samples = [...classes.values()];
    this.labels = this.samples.map((name) => labelOf(name, devices));
    this.#classes = new Map([...classes.keys()].map((signature, i) => [signature, i]));
  }

  classOf(name: string): number {
    const found = this.#classes.get(this.#signature(name));
    if (found === undefined) throw new Error(`interface names are not complete: ${name}`);
    return found;
  }

  /** The classes whose names a device has. The device must be one of those given. */
  of(device: Device): readonly number[] {
    if (!this.#keys.has(keyOf(device))) throw new Error(`interface ${JSON.stringify(device)} is not in the vocabulary`);
    return this.samples.flatMap((name, i) => (isNamed(device, name) ? [i] : []));
  }

  /** Which devices have the name. */
  #signature(name: string): string {
    return this.#devices.map((device) => (isNamed(device, name) ? "1" : "0")).join("");
  }
}

function labelOf(name: string, devices: readonly Device[]): string {
  const own = devices.filter((device) => isNamed(device, name));
  if (own.some((device) => device.kind !== "prefix")) return name;
  const [longest] = own
    .flatMap((device) => (device.kind === "prefix" ? [device.prefix] : []))
    .sort((a, b) => b.length - a.length);
  return longest === undefined ? "other" : `${longest}*`;
}

const keyOf = (device: Device): string => JSON.stringify(device);

function isNamed(device: Device, name: string): boolean {
  switch (device.kind) {
    case "named":
      return device.name === name;
    case "prefix":
      return name.startsWith(device.prefix);
    case "utun":
      return name === utunName(device);
  }
}

const usual = ["eth0", "wlan0", "enp3s0"];

/** What a name without its own device is told by is the longest prefix that it has: for each one a name that goes on with a character where no device does. */
function candidates(devices: readonly Device[]): readonly string[] {
  const literals = devices.flatMap((d) => (d.kind === "named" ? [d.name] : d.kind === "utun" ? [utunName(d)] : []));
  const prefixes = devices.flatMap((d) => (d.kind === "prefix" ? [d.prefix] : []));
  const taken = [...literals, ...prefixes];
  const isFree = (name: string): boolean => !literals.includes(name);
  const goOn = (characters: readonly string[]) =>
    ["", ...prefixes].flatMap((start) => {
      const next = characters.find((c) => !taken.some((t) => t.startsWith(start + c)));
      return next === undefined ? [] : [start + next];
    });
  // The first name of a class stands for it, and numbers read best.
  const names = [...usual, ...goOn(digits), ...prefixes, ...goOn([...letters, ...others(taken)])];
  return [...literals, ...names.filter(isFree)];
}

const digits = [..."0123456789"];
const letters = [..."abcdefghijklmnopqrstuvwxyz"];
/** More characters than there are names. */
const others = (taken: readonly string[]): readonly string[] =>
  Array.from({ length: taken.length + 1 }, (_, i) => String.fromCodePoint(0x4e00 + i));
