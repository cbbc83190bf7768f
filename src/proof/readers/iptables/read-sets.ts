import { readRange, sorted } from "./addresses.ts";
import { type IpFamily, type Range, type Sets, Unreadable } from "./program.ts";

const families: Readonly<Record<string, IpFamily>> = { inet: "ipv4", inet6: "ipv6" };

/** What `ipset restore` reads, or `ipset save` prints: sets of prefixes, without a time or anything else that changes them. */
export function readSets(text: string): Sets {
  const sets = new Map<string, { readonly family: IpFamily; readonly most: number; readonly ranges: Range[] }>();
  for (const [i, line] of text.split("\n").entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const fail = (reason: string): never => {
      throw new Unreadable(i + 1, reason);
    };
    const [command, name = "", ...words] = line.split(" ").filter((word) => word !== "-exist");
    if (command === "create") {
      if (sets.has(name)) fail(`set ${name} is there`);
      const [type, ...options] = words;
      if (type !== "hash:net") fail(`a set of type ${type}`);
      const said = new Map(options.flatMap((key, at) => (at % 2 === 0 ? [[key, options[at + 1] ?? ""] as const] : [])));
      for (const key of said.keys()) if (!options_.has(key)) fail(`the option ${key}`);
      const family = families[said.get("family") ?? "inet"];
      const most = Number(said.get("maxelem") ?? "65536");
      if (!family || !Number.isSafeInteger(most)) return fail("a set of another family or size");
      sets.set(name, { family, most, ranges: [] });
    } else if (command === "add") {
      const set = sets.get(name) ?? fail(`no set ${name}`);
      const [element = "", ...more] = words;
      const range = readRange(element, set.family);
      if (!range || more.length > 0 || element.includes("-")) return fail(`${words.join(" ")} is no prefix`);
      if (range.first === 0n && element.endsWith("/0")) fail("a set takes no /0");
      if (set.ranges.push(range) > set.most) fail(`more than ${set.most} elements`);
    } else fail(`the command ${command}`);
  }
  return new Map(
    [...sets].map(([name, { family, ranges }]) => {
      const all = sorted(ranges);
      if (!all) throw new Unreadable(1, `elements of ${name} overlap`);
      return [name, { family, ranges: all }];
    }),
  );
}

/** What a set is made of decides nothing about what is in it. */
const options_: ReadonlySet<string> = new Set(["family", "hashsize", "maxelem", "bucketsize", "initval"]);
