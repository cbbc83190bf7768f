import type { TokenType } from "chevrotain";
import { membersOf, rules, type Syntax, terminal } from "../../scripts/grammar/syntax.ts";
import { keywords, LIST, NAME, punctuation } from "../../src/parser/tokens.ts";
import type { Random } from "./random.ts";

/** A program of the language, built by walking the parser's own grammar. */
export interface Program {
  readonly text: string;
  /** Every comment in it, without blanks at its end. */
  readonly comments: readonly string[];
}

/**
 * Any program that follows the grammar, in any spacing, with comments wherever a line ends. It rarely makes sense. `rule` is
 * what to write instead of a whole file, `names` those that are declared somewhere.
 */
export function program(random: Random, rule = "file", names: readonly string[] = []): Program {
  const pieces: string[] = [];
  const comments: string[] = [];
  let last = "\n";

  const emit = (text: string): void => {
    const isApart = marks.has(last) || marks.has(text);
    pieces.push(isApart && random.chance(0.5) ? "" : random.pick([" ", " ", " ", "  ", "\t", " \t "]), text);
    last = text;
    if ((text === "," || text === "->") && random.chance(0.3)) lineEnd();
  };
  const comment = (): string => {
    const text = `#${random.pick(["", " ", "# ", "\t"])}${content(random)}`;
    comments.push(text.trimEnd());
    return text;
  };
  const lineEnd = (): void => {
    const blank = () => random.pick(["", "", " ", "\t"]);
    const end = random.pick(["\n", "\n", "\n", "\r\n"]);
    pieces.push(blank(), random.chance(0.25) ? comment() : "", end);
    while (random.chance(0.25)) pieces.push(blank(), random.chance(0.6) ? comment() : "", end);
    pieces.push(blank());
    last = "\n";
  };
  const walk = (syntax: Syntax): void => {
    switch (syntax.kind) {
      case "word":
        emit(syntax.text);
        break;
      case "token":
        token(syntax.type);
        break;
      case "rule":
        walk(ruleOf(syntax.name));
        break;
      case "sequence":
        for (const part of syntax.parts) walk(part);
        break;
      case "choice":
        walk(random.pick(syntax.parts));
        break;
      case "optional":
        if (random.chance(0.5)) walk(syntax.part);
        break;
      case "many":
      case "some":
        if (syntax.kind === "some") walk(syntax.part);
        while (random.chance(0.5)) walk(syntax.part);
    }
  };
  const token = (type: TokenType): void => {
    const members = membersOf(type);
    if (members.length > 0) walk(terminal(random.pick(members)));
    else if (type.name === "NL") lineEnd();
    // There is one version, and behind `icmp` a keyword is no type.
    else if (last === "ksp" && type.name === "INTEGER") emit("1");
    else if (last.startsWith("icmp") && type.name === "NAME") emit("echo-request");
    else if (names.length > 0 && random.chance(0.8) && (type === NAME || type === LIST))
      emit((type === LIST ? "@" : "") + random.pick(names));
    else emit(textOf(type, random));
  };

  walk(ruleOf(rule));
  return { text: pieces.join(""), comments };
}

function ruleOf(name: string): Syntax {
  const found = rules.get(name);
  if (!found) throw new Error(`the grammar has no rule ${name}`);
  return found;
}

/** What needs no space before or behind it. */
const marks = new Set(["\n", ...punctuation.map(({ PATTERN }) => String(PATTERN))]);
const letters = [..."abcdefghijklmnopqrstuvwxyz"];
const characters = [..."abz09 _-./\\\"#{},:;$@é漢🦊'\t"];
const times = (count: number, make: () => string): string => Array.from({ length: count }, make).join("");
const content = (random: Random): string => times(random.below(12), () => random.pick(characters));
const name = (random: Random): string =>
  `${random.pick(letters)}${random.below(100)}${random.chance(0.3) ? `-${random.pick(letters)}` : ""}`;
const v4 = (random: Random): string => Array.from({ length: 4 }, () => random.below(256)).join(".");
const hex = (random: Random): string => random.below(0x10000).toString(16);
const v6 = (random: Random): string =>
  random.pick([
    () => "::",
    () => `${hex(random)}::${hex(random)}`,
    () => `::ffff:${v4(random)}`,
    () => Array.from({ length: 8 }, () => hex(random)).join(":"),
  ])();
const address = (random: Random): string => (random.chance(0.6) ? v4(random) : v6(random));

function textOf(type: TokenType, random: Random): string {
  const number = (limit: number) => random.below(limit);
  const pad = (n: number, width: number) => `${n}`.padStart(width, "0");
  switch (type.name) {
    case "STRING":
      return `"${content(random).replaceAll(/["\\]/g, "\\$&")}"`;
    case "RAW":
      return `'${content(random).replaceAll("'", "")}'`;
    case "LIST":
      return `@${name(random)}`;
    case "PARAM":
      return `$${name(random)}`;
    case "PREFIX":
      return `${address(random)}/${number(130)}`;
    case "RANGE":
      return random.chance(0.5) ? `${v4(random)}-${v4(random)}` : `${v6(random)}-${v6(random)}`;
    case "ADDRESS":
      return address(random);
    case "DATE":
      return `${pad(number(10_000), 4)}-${pad(number(100), 2)}-${pad(number(100), 2)}`;
    case "CODE":
      return `KSP${pad(number(10_000), 4)}`;
    case "DURATION":
      return `${number(100_000)}${random.pick(["ms", "s", "m", "h"])}`;
    case "NUMBER":
      return `0x${number(0x100000000).toString(16)}`;
    case "PORTS":
      return `${number(30_000)}-${30_000 + number(40_000)}`;
    case "INTEGER":
      return `${number(70_000)}`;
    case "HOP":
      return `hop${1 + number(99)}`;
    case "NAME":
      return random.chance(0.3) ? String(random.pick(keywords).PATTERN) : name(random);
    default:
      throw new Error(`no text for the token ${type.name}`);
  }
}
