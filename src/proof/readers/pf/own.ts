import type { Host } from "./program.ts";
import { Unreadable } from "./program.ts";
import type { Written, WrittenCriteria, WrittenRule } from "./written.ts";

/** Why a file is none that ksp may write, though pfctl loads it: each line is a trap. */
export function strictly(statements: readonly Written[], place: "running" | "boot"): void {
  if (!statements.some(({ kind }) => kind === "set")) throw new Unreadable(1, "its rules may be optimized");
  for (const [i, statement] of statements.entries()) {
    const fail = (reason: string): never => {
      throw new Unreadable(statement.line, reason);
    };
    switch (statement.kind) {
      case "set":
        if (statement.words.join(" ") !== "ruleset-optimization none") fail(`set ${statement.words.join(" ")}`);
        if (i > 0) fail("an option behind something else");
        break;
      case "macro":
        if (!unfilled.test(statement.words[1] ?? "")) fail("a macro that names an interface before one is there");
        break;
      case "table":
        if (statement.file !== undefined) fail("a table from a file, of which a load holds the old and the new");
        if (place === "running" && (statement.content || statement.words.join() !== "persist"))
          fail("a table is named with persist, and loaded apart");
        if (place === "boot" && !statement.content) fail("a table that may not be loaded yet");
        if (place === "boot" && statement.words.length > 0) fail("a table that stays, or that nothing fills again");
        break;
      case "scrub":
        if (statement.direction || statement.interfaces.length > 0 || statement.version)
          fail("a part of the fragments");
        if (!isAnywhere(statement)) fail("a part of the fragments");
        if (statement.path !== undefined || statement.isExcepted || statement.words.length > 0)
          fail("a scrub that ksp does not write");
        break;
      case "rule":
        rule(statement, fail);
        break;
      default:
        fail(statement.kind === "anchor" ? "an anchor in ours" : "a statement that ksp does not write");
    }
  }
}

/** A name that no interface has. */
const unfilled = /^utun_none$/;

function rule({ isQuick, route, options, ...rule }: WrittenRule, fail: (reason: string) => never): void {
  const { users, groups, keeps, flags, label, tag, tagged } = options;
  if (!isQuick) fail("a rule that is not quick");
  // What pf sends itself is shown to no rule, and tells a stranger of this machine.
  if (rule.action === "return" && rule.direction !== "out") fail("an answer to who was not asked");
  if (rule.action === "pass" && keeps === undefined) fail("a state that nobody asked for");
  if (keeps === "floating") fail("a state that floats from one interface to another");
  if (flags === "any") fail("a connection taken up in its middle");
  if (route !== undefined || tag !== undefined || tagged) fail("a route or a tag");
  // `$if`, `$srcaddr`, `$nr` and others: no listing would have the id that was written.
  if (label?.includes("$")) fail("a label that pf fills in");
  if (rule.interfaces.length > 1 && rule.interfaces.some(({ isNegated }) => isNegated)) fail("a negation in a list");
  for (const hosts of [rule.sources, rule.destinations]) literal(hosts, fail);
  for (const test of [...users, ...groups]) if (test.kind !== "=") fail("ids that are not named one by one");
  if (users.length + groups.length > 0 && !rule.protocols.every(hasOwner)) fail("an owner of what nobody owns");
  if (users.length + groups.length > 0 && rule.protocols.length === 0) fail("an owner of what nobody owns");
}

function literal(hosts: readonly Host[], fail: (reason: string) => never): void {
  for (const host of hosts) {
    if (host.isNegated && hosts.length > 1) fail("a negation in a list");
    if (host.isNegated && host.kind === "table") fail("a negated table: where it is missing, everything");
    if (host.kind !== "any" && host.kind !== "net" && host.kind !== "table")
      fail("addresses that change by themselves");
  }
}

const hasOwner = (protocol: number): boolean => protocol === 6 || protocol === 17;

const isAnywhere = ({ sources, destinations }: WrittenCriteria): boolean =>
  [...sources, ...destinations].every(({ kind }) => kind === "any");
