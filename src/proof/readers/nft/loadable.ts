import { type Base, type Chain, type Condition, type Program, type Rule, type Table, Unreadable } from "./program.ts";

/** Fails where a kernel would not load a program, or where its meaning would depend on more than what it says. */
export function loadable({ tables }: Program): void {
  for (const table of tables.values()) {
    checkHooks(table);
    const ended = new Set<Chain>();
    for (const chain of table.chains.values()) {
      for (const rule of chain.rules) checkSets(table, rule);
      checkCalls(table, chain, [], ended);
    }
    for (const chain of table.chains.values())
      if (chain.base) {
        checkPlace(chain.base, chain, table.isOwned);
        checkRules(table, chain, chain.base);
      }
  }
}

/** Two chains at one hook would need more than this to be told apart. */
function checkHooks({ chains }: Table): void {
  const places = new Set<string>();
  for (const { base, rules } of chains.values()) {
    if (!base) continue;
    const place = `${base.type} ${base.hook}`;
    if (places.has(place)) throw new Unreadable(rules[0]?.line ?? 1, `two chains for ${place}`);
    places.add(place);
  }
}

const conntrack = -200;
const [rewriting, leaving] = [-100, 100];

/** Where connections are known and addresses rewritten: rules are read as if both had been done. */
function checkPlace({ type, hook, priority, policy }: Base, { rules }: Chain, isOwned: boolean | undefined): void {
  const line = rules[0]?.line ?? 1;
  const fail = (reason: string): never => {
    throw new Unreadable(line, `${hook}: ${reason}`);
  };
  if (type === "nat") {
    const at = hook === "prerouting" || hook === "output" ? rewriting : hook === "postrouting" ? leaving : undefined;
    if (at !== priority) fail("addresses are rewritten at another place");
    if (policy !== "accept") fail("what is not rewritten is dropped");
    return;
  }
  if (hook === "prerouting") fail("nothing is judged here");
  // Whoever reads a table with an owner asks where it stands.
  const before = hook === "postrouting" && !isOwned ? leaving : hook === "output" ? rewriting : conntrack;
  if (priority <= before) fail(`judges at priority ${priority}, before it is known where a packet goes`);
}

/** No way of calls comes round, whether a hook leads there or not. */
function checkCalls(table: Table, chain: Chain, way: readonly Chain[], ended: Set<Chain>): void {
  if (ended.has(chain)) return;
  for (const { line, verdict } of chain.rules) {
    if (verdict?.kind !== "jump" && verdict?.kind !== "goto") continue;
    const fail = (what: string): never => {
      throw new Unreadable(line, what);
    };
    const to = table.chains.get(verdict.chain) ?? fail(`no chain ${verdict.chain}`);
    if (to.base) fail(`${verdict.chain} belongs to a hook`);
    if (to === chain || way.includes(to)) fail(`${verdict.chain} comes round`);
    checkCalls(table, to, [...way, chain], ended);
  }
  ended.add(chain);
}

/** Each rule may stand where it is reached from a hook. */
function checkRules(table: Table, first: Chain, { hook, type }: Base): void {
  const isIn = (...places: readonly string[]): boolean => places.includes(hook);
  const reached = new Set([first]);
  for (const chain of reached)
    for (const { line, verdict, conditions, marks } of chain.rules) {
      const fail = (what: string): never => {
        throw new Unreadable(line, `${what} in ${hook}`);
      };
      for (const condition of conditions) {
        if (condition.kind === "control-group" && !isIn("output"))
          fail("a control group is known of sockets alone, not");
        if (condition.kind === "locality" && condition.side === "in" && !isIn("prerouting", "input", "forward"))
          fail("no arriving interface");
        if (
          condition.kind === "locality" &&
          condition.side === "out" &&
          !isIn("output", "postrouting", "forward", "egress")
        )
          fail("no leaving interface");
        if (isOfSide(condition, "out") && isIn("prerouting", "input")) fail("no leaving interface");
        if (isOfSide(condition, "in") && isIn("output", "egress")) fail("no arriving interface");
        if (isIn("egress") && unseen.has(condition.kind)) fail(`nothing is known of a packet's ${condition.kind}`);
        if (condition.kind === "locality" && !condition.side && isIn("egress")) fail("no interface");
      }
      if (marks && chain !== first) fail("a chain that marks connections");
      if (verdict === undefined) continue;
      if (verdict.kind === "reject" && !isIn("input", "forward", "output")) fail("reject does not load");
      if (verdict.kind === "masquerade" && !(type === "nat" && isIn("postrouting"))) fail("masquerade does not load");
      if (verdict.kind === "dnat" && !(type === "nat" && isIn("prerouting", "output"))) fail("dnat does not load");
      if (type === "nat" && !["masquerade", "dnat", "accept"].includes(verdict.kind))
        fail(`${verdict.kind} is no rewriting`);
      const to = verdict.kind === "jump" || verdict.kind === "goto" ? table.chains.get(verdict.chain) : undefined;
      if (to) reached.add(to);
    }
}

/** Connections are none of a device's business. */
const unseen: ReadonlySet<Condition["kind"]> = new Set([
  "arrived",
  "state",
  "way",
  "translated",
  "connection-mark",
  "open",
]);

/** A name that is asked for where there is none never fits: not what anybody means. */
const isOfSide = (condition: Condition, side: "in" | "out"): boolean =>
  (condition.kind === "name" || condition.kind === "interface-kind") && condition.side === side;

function checkSets({ sets }: Table, { line, conditions }: Rule): void {
  for (const condition of conditions) {
    const name = condition.kind === "open" ? condition.set : condition.kind === "address" ? condition.among : undefined;
    if (typeof name !== "string") continue;
    const set = sets.get(name);
    const isRight =
      condition.kind === "open"
        ? set?.kind === "timed"
        : condition.kind === "address" && set?.kind === "addresses" && set.family === condition.family;
    if (!isRight) throw new Unreadable(line, `no set ${name} of that kind`);
  }
}
