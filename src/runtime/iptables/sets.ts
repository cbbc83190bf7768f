import { type Address, formatAddress } from "../../net/address.ts";

export interface SetLines {
  /** `hash:net family inet maxelem 65536` */
  readonly made: string;
  readonly elements: string[];
}

/** The sets of ours in a text for `ipset restore`, or in what `ipset save` prints. */
export function setLines(text: string): ReadonlyMap<string, SetLines> {
  const sets = new Map<string, SetLines>();
  for (const line of text.split("\n")) {
    const [, command, name = "", rest = ""] = /^(create|add) (ksp_\S+) (.*)$/.exec(line) ?? [];
    if (command === "create") sets.set(name, { made: rest.replace(/ -exist$/, ""), elements: [] });
    else if (command === "add") sets.get(name)?.elements.push(rest);
  }
  return sets;
}

export const isTimed = (made: string): boolean => / timeout /.test(` ${made} `);

/** The resolvers that a network gave, and the addresses of a host: filled while the rules are loaded. */
const isFilled = (name: string): boolean => /^ksp_(portal_resolvers|allow-host-.*)_v[46]$/.test(name);

/** Those of a bundle by their names, with what each is made of. */
export const filledSets = (sets: string): ReadonlyMap<string, string> =>
  new Map([...setLines(sets)].flatMap(([name, { made }]) => (isFilled(name) ? [[name, made] as const] : [])));

const families = { v4: "ipv4", v6: "ipv6" } as const;
const fresh = "ksp_fill";

/** Text that puts addresses in place of what the sets of a table hold, each in one step: another set takes its name. */
export const fillText = (sets: ReadonlyMap<string, string>, table: string, addresses: readonly Address[]): string =>
  (["v4", "v6"] as const)
    .flatMap((extension) => {
      const name = `ksp_${table}_${extension}`;
      const made = sets.get(name);
      if (made === undefined) return [];
      const mine = addresses.filter(({ family }) => family === families[extension]).map(formatAddress);
      return [
        `create ${fresh} ${made} -exist`,
        `flush ${fresh}`,
        ...mine.map((address) => `add ${fresh} ${address}`),
        `swap ${fresh} ${name}`,
        `destroy ${fresh}`,
      ];
    })
    .map((line) => `${line}\n`)
    .join("");
