import { readRange } from "./addresses.ts";
import { type AddressSet, type IpFamily, type Range, type Sets, Unreadable } from "./program.ts";

const families: Readonly<Record<string, IpFamily>> = { inet: "ipv4", inet6: "ipv6" };

interface Made {
  readonly family: IpFamily;
  readonly most: number;
  readonly isTimed: boolean;
  readonly elements: { readonly range: Range; readonly seconds: number }[];
}

/**
 * What there is after `ipset restore` of a text, or what `ipset save` prints: sets of prefixes. Where a set has times every
 * element has one; nothing else changes them.
 */
export function readSets(text: string, before: Sets = new Map()): Sets {
  const sets = new Map<string, Made>();
  const opened = (name: string): Made | undefined => {
    const known = sets.get(name);
    const old = before.get(name);
    if (known || !old) return known;
    const { family, most, ranges, seconds } = old;
    const elements = ranges.map((range, i) => ({ range, seconds: seconds?.[i] ?? 0 }));
    const set = { family, most, isTimed: seconds !== undefined, elements };
    sets.set(name, set);
    return set;
  };
  for (const [i, line] of text.split("\n").entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const fail = (reason: string): never => {
      throw new Unreadable(i + 1, reason);
    };
    const [command, name = "", ...words] = line.split(" ").filter((word) => word !== "-exist");
    if (command === "create") {
      if (opened(name)) fail(`set ${name} is there`);
      sets.set(name, created(words, fail));
    } else if (command === "add") add(opened(name) ?? fail(`no set ${name}`), words, fail);
    else if (command === "flush" && words.length === 0) (opened(name) ?? fail(`no set ${name}`)).elements.length = 0;
    else fail(`the command ${command}`);
  }
  return new Map([...before, ...[...sets].map(([name, set]) => [name, whole(name, set)] as const)]);
}

type Fail = (reason: string) => never;

function created([type, ...options]: readonly string[], fail: Fail): Made {
  if (type !== "hash:net") fail(`a set of type ${type}`);
  const said = new Map(options.flatMap((key, at) => (at % 2 === 0 ? [[key, options[at + 1] ?? ""] as const] : [])));
  for (const key of said.keys()) if (!known.has(key)) fail(`the option ${key}`);
  const family = families[said.get("family") ?? "inet"];
  const most = Number(said.get("maxelem") ?? "65536");
  const isTimed = said.has("timeout");
  if (!family || !Number.isSafeInteger(most)) return fail("a set of another family or size");
  // Zero: an element without a time of its own would stay.
  if (isTimed && !isTime(said.get("timeout"))) fail("a time that never ends");
  return { family, most, isTimed, elements: [] };
}

function add(set: Made, [element = "", ...more]: readonly string[], fail: Fail): void {
  const range = readRange(element, set.family);
  const [word, seconds, ...rest] = more;
  const isWhole = set.isTimed ? word === "timeout" && isTime(seconds) && rest.length === 0 : more.length === 0;
  if (!range || !isWhole || element.includes("-")) fail(`${[element, ...more].join(" ")} is no prefix`);
  else if (range.first === 0n && element.endsWith("/0")) fail("a set takes no /0");
  else if (set.elements.push({ range, seconds: Number(seconds ?? 0) }) > set.most)
    fail(`more than ${set.most} elements`);
}

const isTime = (text: string | undefined): boolean => /^[1-9]\d{0,6}$/.test(text ?? "");

function whole(name: string, { family, most, isTimed, elements }: Made): AddressSet {
  const all = [...elements].sort((a, b) => (a.range.first < b.range.first ? -1 : 1));
  if (all.some(({ range }, i) => i > 0 && (all[i - 1] as (typeof all)[number]).range.last >= range.first))
    throw new Unreadable(1, `elements of ${name} overlap`);
  const ranges = all.map(({ range }) => range);
  return { family, most, ranges, ...(isTimed && { seconds: all.map(({ seconds }) => seconds) }) };
}

/** What a set is made of decides nothing about what is in it. */
const known: ReadonlySet<string> = new Set(["family", "hashsize", "maxelem", "bucketsize", "initval", "timeout"]);
