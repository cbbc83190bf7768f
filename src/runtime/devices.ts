/** An object of `nft -j list ruleset`, as far as it is asked for. */
interface Listed {
  readonly chain?: { readonly family: string; readonly table: string; readonly name: string; readonly dev?: unknown };
}

/**
 * nft 1.0.6 tells the cards of a chain in its text alone. Gives the JSON with them, each chain in its place; a chain that the
 * text does not tell stays as it is.
 */
export function withDevices(json: string, text: string): string {
  const devices = devicesIn(text);
  if (devices.size === 0) return json;
  const { nftables, ...rest }: { readonly nftables: readonly Listed[] } = JSON.parse(json);
  const told = nftables.map((object) => {
    const { chain } = object;
    const dev = chain && devices.get(`${chain.family} ${chain.table} ${chain.name}`);
    return dev && chain.dev === undefined ? { chain: { ...chain, dev } } : object;
  });
  return JSON.stringify({ ...rest, nftables: told });
}

/** By family, table and name of the chain. */
function devicesIn(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  let [table, chain] = ["", ""];
  for (const line of text.split("\n")) {
    table = /^table (\S+ \S+) \{$/.exec(line)?.[1] ?? table;
    chain = /^\tchain (\S+) \{/.exec(line)?.[1] ?? chain;
    const [, one, several] = /^\t\ttype \S+ hook \S+ device(?: "([^"]+)"|s = \{ ([^}]+) \}) /.exec(line) ?? [];
    const names = one === undefined ? several?.split(", ").map((name) => name.replaceAll('"', "")) : [one];
    if (names) found.set(`${table} ${chain}`, names);
  }
  return found;
}
