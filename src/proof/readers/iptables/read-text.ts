import { builtIn, type IpFamily, type Program, type Rule, type Table, type TableName, Unreadable } from "./program.ts";
import { readRule } from "./read-rule.ts";
import { Words } from "./words.ts";

export const nothing = (family: IpFamily): Program => ({
  family,
  tables: new Map(
    (["mangle", "filter", "nat"] as const).map((name) => [name, new Map(builtIn[name].map((chain) => [chain, []]))]),
  ),
  sets: new Map(),
});

/** What is in force after `iptables-restore --noflush` of a text, each table at its COMMIT, where something else was. */
export function load(text: string, before: Program): Program {
  const tables = new Map(before.tables);
  let open: { readonly name: TableName; readonly chains: Map<string, readonly Rule[]> } | undefined;
  for (const [i, line] of text.split("\n").entries()) {
    const at = i + 1;
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("*")) {
      const name = line.slice(1);
      if (open) throw new Unreadable(at, "a table in another one");
      if (name !== "mangle" && name !== "filter" && name !== "nat") throw new Unreadable(at, `the table ${name}`);
      open = { name, chains: new Map(tables.get(name)) };
      continue;
    }
    if (!open) throw new Unreadable(at, "a line of no table");
    if (line === "COMMIT") {
      whole(open.chains, at);
      tables.set(open.name, open.chains);
      open = undefined;
    } else change(open, line, at, before);
  }
  if (open) throw new Unreadable(text.split("\n").length, "no COMMIT");
  return { ...before, tables };
}

function change(
  { name: table, chains }: { readonly name: TableName; readonly chains: Map<string, readonly Rule[]> },
  text: string,
  line: number,
  { family, sets }: Program,
): void {
  const fail = (reason: string): never => {
    throw new Unreadable(line, reason);
  };
  const declared = /^:(\S+) - \[0:0\]$/.exec(text)?.[1];
  if (declared !== undefined) {
    if (builtIn[table].includes(declared)) fail(`the policy of ${declared}, which is not ours`);
    if (declared.length > 28) fail(`the name ${declared} is too long`);
    chains.set(declared, []);
    return;
  }
  const words = new Words(text, line);
  const [command, chain] = [words.next(), words.next()];
  const rules = chains.get(chain) ?? fail(`no chain ${chain}`);
  const rule = (): Rule => readRule(words, { line, table, family, sets });
  const isFirst = (): boolean => words.next() === "1";
  if (command === "-A") chains.set(chain, [...rules, rule()]);
  else if (command === "-I" && isFirst()) chains.set(chain, [rule(), ...rules]);
  else if (command === "-R" && rules.length > 0 && isFirst()) chains.set(chain, [rule(), ...rules.slice(1)]);
  else fail(`the command ${command}, or another place than the first`);
}

/** Every chain that is called is there, and none comes back to itself: the kernel refuses both. */
function whole(chains: Table, line: number): void {
  const done = new Set<string>();
  const visit = (name: string, above: ReadonlySet<string>): void => {
    if (above.has(name)) throw new Unreadable(line, `chain ${name} calls itself`);
    if (done.has(name)) return;
    done.add(name);
    for (const { target, line: at } of chains.get(name) ?? []) {
      if (target.kind !== "jump" && target.kind !== "goto") continue;
      if (!chains.has(target.chain)) throw new Unreadable(at, `no chain ${target.chain}`);
      visit(target.chain, new Set([...above, name]));
    }
  };
  for (const name of chains.keys()) visit(name, new Set());
}
