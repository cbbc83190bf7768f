/** How many rules each chain holds, by family, table and chain. */
export type RuleCounts = Readonly<Record<string, number>>;

const table = /^table (\w+) (\S+) \{$/;
const chain = /^chain (\S+) \{$/;

/**
 * What a file makes of `before`. Understands the shape that the files of this project have, a line a rule, and refuses the
 * rest, so that it cannot miscount in silence.
 */
export const countRules = (text: string, before: RuleCounts = {}): RuleCounts => {
  const counts: Record<string, number> = { ...before };
  let inTable: string | undefined;
  let inChain: string | undefined;
  let depth = 0; // inside a set, or a rule of several lines
  for (const line of text.split("\n").map((raw) => raw.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    if (depth > 0) {
      depth += line.endsWith("{") ? 1 : line.startsWith("}") ? -1 : 0;
    } else if (inChain !== undefined) {
      if (line === "}") inChain = undefined;
      else if (!/^(type|policy) /.test(line)) {
        counts[inChain] = (counts[inChain] ?? 0) + 1;
        depth += line.endsWith("{") ? 1 : 0;
      }
    } else if (inTable !== undefined) {
      const opened = chain.exec(line);
      if (opened) {
        inChain = `${inTable} ${opened[1]}`;
        counts[inChain] ??= 0;
      } else if (line === "}") inTable = undefined;
      else if (line.endsWith("{")) depth = 1;
      else throw new Error(`not understood in a table: ${line}`);
    } else {
      const opened = table.exec(line);
      const command = /^(table|add table|delete table|flush chain|add rule|add chain) (\w+ \S+)(?: (\S+))?/.exec(line);
      const [, verb, place = "", name] = command ?? [];
      const key = `${place} ${name}`;
      if (opened) inTable = `${opened[1]} ${opened[2]}`;
      else if (verb === "delete table") {
        for (const one of Object.keys(counts)) if (one.startsWith(`${place} `)) delete counts[one];
      } else if (verb === "flush chain" && key in counts) counts[key] = 0;
      else if (verb === "add rule" && key in counts) counts[key] = (counts[key] ?? 0) + 1;
      else if (/^(flush set|add element) inet ksp \S+/.test(line)) continue;
      else if (!((verb === "table" || verb === "add table") && name === undefined))
        throw new Error(`not understood: ${line}`);
    }
  }
  if (inTable !== undefined) throw new Error("the file ends inside a table");
  return counts;
};

type Listed = {
  readonly nftables: readonly {
    readonly chain?: { readonly family: string; readonly table: string; readonly name: string };
    readonly rule?: { readonly family: string; readonly table: string; readonly chain: string };
  }[];
};

/** The same of what `nft -j list ruleset` printed. */
export const countListed = (json: string): RuleCounts => {
  const counts: Record<string, number> = {};
  const { nftables }: Listed = JSON.parse(json);
  for (const { chain, rule } of nftables) {
    if (chain) counts[`${chain.family} ${chain.table} ${chain.name}`] ??= 0;
    if (rule) {
      const key = `${rule.family} ${rule.table} ${rule.chain}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
  }
  return counts;
};
