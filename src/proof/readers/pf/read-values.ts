import { readNet } from "./addresses.ts";
import { icmpCodes, icmpTypes, protocols } from "./names.ts";
import type { Comparison, Host, IdTest, Named, Version } from "./program.ts";
import type { Tokens } from "./tokens.ts";

/** Names of ports that may stand for a number; in a file of ours none, because /etc/services of a Mac decides. */
export type Services = ReadonlyMap<string, number>;

/** One, or several in braces; commas may stand between them. */
export function listOf<T>(tokens: Tokens, one: () => T): readonly T[] {
  if (tokens.take("{") === undefined) return [one()];
  const list: T[] = [];
  for (;;) {
    tokens.skipLines();
    if (tokens.take("}") !== undefined) return list.length > 0 ? list : tokens.fail("an empty list");
    list.push(one());
    tokens.take(",");
  }
}

export function readName(tokens: Tokens, what: string, most: number): string {
  const name = tokens.word(what);
  return name.length > most ? tokens.fail(`${what} ${name} has more than ${most} characters`) : name;
}

export function readInterface(tokens: Tokens): Named {
  const isNegated = tokens.take("!") !== undefined;
  if (isNegated && tokens.peek() === "{") tokens.fail("a list of interfaces cannot be negated");
  return { isNegated, name: readName(tokens, "the interface", 15) };
}

function readNumber(tokens: Tokens, what: string, most: number): number {
  const text = tokens.word(what);
  const value = /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? value : tokens.fail(`${text} is no ${what}`);
}

export function readProtocol(tokens: Tokens): number {
  const text = tokens.word("a protocol");
  const known = protocols.get(text);
  if (known !== undefined) return known;
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) < 256) return Number(text);
  return tokens.fail(`the protocol ${text}, which /etc/protocols may not have`);
}

export function readHost(tokens: Tokens): Host {
  const isNegated = tokens.take("!") !== undefined;
  if (tokens.take("<") !== undefined) {
    const name = readName(tokens, "the table", 31);
    tokens.expect(">");
    return { kind: "table", name, isNegated };
  }
  if (tokens.take("(") !== undefined) {
    const [name = "", part, ...more] = tokens.word("an interface").split(":");
    tokens.expect(")");
    if (more.length > 0 || (part !== undefined && !["network", "broadcast", "peer", "0"].includes(part)))
      tokens.fail("no part of an interface's addresses");
    return { kind: "interface", name, isNegated, ...(part !== undefined && { part }) };
  }
  if (!isNegated && tokens.take("any") !== undefined) return { kind: "any", isNegated };
  const special = isNegated ? undefined : tokens.take("no-route", "urpf-failed");
  if (special) return { kind: special, isNegated };
  const address = tokens.word("an address");
  const length = tokens.take("/") === undefined ? undefined : tokens.word("the length of a prefix");
  const text = `${address}${length === undefined ? "" : `/${length}`}`;
  if (address.includes("%")) tokens.fail(`${text} has a scope, which becomes an interface of the rule`);
  const net = readNet(address, length);
  if (!net) return tokens.fail(`${text} is looked up or changed when it is loaded: it is no canonical address`);
  return { kind: "net", net, isNegated };
}

/** `any` as either end of a list is refused: it swallows all else. */
export const readHosts = (tokens: Tokens): readonly Host[] =>
  listOf(tokens, () => readHost(tokens)).map((host, _, { length }) =>
    host.kind === "any" && length > 1 ? tokens.fail("any in a list") : host,
  );

const operators = ["=", "!=", "<=", ">=", "<", ">"] as const;
const between = { "><": "inside", "<>": "outside" } as const;

/** `53:53`, `= 53`, `1 >< 6`; a lone number is `=`. */
export function readPort(tokens: Tokens, services: Services): Comparison {
  const operator = tokens.take(...operators);
  const text = tokens.word("a port");
  const number = (each: string): number => {
    const value = /^(0|[1-9]\d{0,4})$/.test(each) ? Number(each) : (services.get(each) ?? Number.NaN);
    return value <= 65535 ? value : tokens.fail(`${each} is no number of a port`);
  };
  if (operator) return { kind: operator, value: number(text) };
  const [from = "", to, ...more] = text.split(":");
  if (more.length > 0) tokens.fail(`${text} is no range of ports`);
  if (to !== undefined) return range(tokens, "range", number(from), number(to));
  const kind = tokens.take("><", "<>");
  if (kind) return range(tokens, between[kind], number(from), number(tokens.word("a port")));
  return { kind: "=", value: number(from) };
}

/** `user 0`, `user != 0`, `user unknown`; ranges by `><`, never by a colon. */
export function readId(tokens: Tokens, what: string): IdTest {
  const operator = tokens.take(...operators);
  const text = tokens.word(what);
  if (text.includes(":")) tokens.fail(`a range of ids is no ${what}: it is written with ><`);
  const number = /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : undefined;
  const kind = number === undefined || operator ? undefined : tokens.take("><", "<>");
  if (kind && number !== undefined)
    return { kind: "other", test: range(tokens, between[kind], number, readNumber(tokens, what, 0xffffffff)) };
  if (operator === undefined || operator === "=" || operator === "!=")
    return { kind: operator ?? "=", id: number ?? text };
  return number === undefined
    ? tokens.fail(`an order of names: ${text}`)
    : { kind: "other", test: { kind: operator, value: number } };
}

function range(tokens: Tokens, kind: "range" | "inside" | "outside", first: number, last: number): Comparison {
  return first <= last ? { kind, first, last } : tokens.fail(`${first} to ${last} goes down`);
}

export function readIcmp(tokens: Tokens, version: Version): { readonly type: number; readonly code?: number } {
  const name = (known: ReadonlyMap<string, number>, what: string, prefix = ""): number => {
    const found = known.get(prefix + (tokens.peek() ?? ""));
    if (found === undefined) return readNumber(tokens, what, 255);
    tokens.word(what);
    return found;
  };
  const type = name(icmpTypes[version], "type of ICMP");
  if (tokens.take("code") === undefined) return { type };
  if (tokens.peek() === "{") tokens.fail("code takes no list");
  return { type, code: name(icmpCodes[version], "code of ICMP", `${type} `) };
}
