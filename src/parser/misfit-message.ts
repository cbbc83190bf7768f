import { createTokenInstance, type IToken, type TokenType } from "chevrotain";
import { type Diagnostic, diagnostic, type Help, type Label } from "../diagnostics/diagnostic.ts";
import { didYouMean } from "../diagnostics/did-you-mean.ts";
import type { Span } from "../diagnostics/span.ts";
import { accepts, expectation, expectedWords, inWords } from "./expectation.ts";
import { type Faults, shorten } from "./faults.ts";
import type { EntryRule, Grammar } from "./grammar.ts";
import { wordAt } from "./lexical.ts";
import { misspelling } from "./spelling.ts";
import * as t from "./tokens.ts";
import { kw } from "./tokens.ts";
import type { Expectation } from "./walk.ts";
import { wayOut } from "./ways-out.ts";

/** A line that follows a rule up to a token. */
export interface Misfit {
  readonly rule: EntryRule;
  readonly tokens: readonly IToken[];
  /** The first token that does not fit; the number of tokens where the line ends too early. */
  readonly index: number;
}

/** The message for a token that does not fit, or for a line that ends too early. */
export function describe(faults: Faults, grammar: Grammar, misfit: Misfit): Diagnostic {
  const { rule, tokens, index } = misfit;
  const token = tokens[index];
  const expected = expectation(grammar, rule, tokens.slice(0, index));
  const state = unknownState(faults, tokens[index - 1], expected);
  if (state) return state;
  const label = inWords(expected);
  const fix = proposal(faults, grammar, misfit, expected);
  const details = { label, secondary: continuation(faults, tokens, index), ...(fix && { help: fix }) };
  if (token === undefined) {
    const word = shorten(tokens[0]?.image ?? rule);
    const last = tokens.at(-1);
    const end = last ? endOf(last) : 0;
    return diagnostic("KSP1023", { word }, { ...details, at: faults.span(end, end) });
  }
  const { start, end } = wordAt(faults.source.text, token.startOffset);
  const { text } = faults.source;
  const whole = text.slice(start, end);
  const before = text.slice(faults.lineStart(start), start);
  const known = whole === token.image ? undefined : misspelling(whole, faults.span(start, end), before);
  if (known) return known;
  return diagnostic("KSP1005", { found: `\`${shorten(token.image)}\`` }, { ...details, at: spanOf(faults, token) });
}

/** Behind `while` a word that is no state could be the name of a chain, so the fault shows one word late. */
function unknownState(faults: Faults, word: IToken | undefined, { types, end }: Expectation): Diagnostic | undefined {
  if (word === undefined || end || types.some((type) => type !== t.COLON)) return undefined;
  const at = spanOf(faults, word);
  const [similar] = didYouMean(word.image, t.levelWords);
  return diagnostic(
    "KSP1005",
    { found: `\`${shorten(word.image)}\`` },
    {
      at,
      label: `expected a state such as \`down\` or \`up\`, or one of a chain such as \`${shorten(word.image)}:down\``,
      ...(similar && { help: { text: "a similar word exists", edits: [{ span: at, text: similar }] } }),
    },
  );
}

const endOf = (token: IToken): number => token.startOffset + token.image.length;
export const spanOf = (faults: Faults, token: IToken): Span => faults.span(token.startOffset, endOf(token));

/** Where a line was continued by a comma or arrow at its end, that place belongs to the fault. */
function continuation(faults: Faults, tokens: readonly IToken[], index: number): readonly Label[] {
  const before = tokens[index - 1];
  const token = tokens[index];
  if (!before || !token || (before.tokenType !== t.COMMA && before.tokenType !== t.ARROW)) return [];
  if (faults.nextLine(before.startOffset) > token.startOffset) return [];
  return [{ span: spanOf(faults, before), text: `the line goes on behind this \`${before.image}\`` }];
}

/** A way out, the surest first. */
function proposal(faults: Faults, grammar: Grammar, misfit: Misfit, expected: Expectation): Help | undefined {
  const { tokens, index } = misfit;
  const token = tokens[index];
  const before = tokens[index - 1];
  if (token) {
    const replaced = replacement(token, expected);
    if (replaced) return { text: replaced.text, edits: [{ span: spanOf(faults, token), text: replaced.word }] };
    if (expected.end && t.statementWords.some((word) => word === token.image)) {
      const gap = faults.span(before ? endOf(before) : token.startOffset, token.startOffset);
      return { text: "a statement stands on a line of its own", edits: [{ span: gap, text: "\n" }] };
    }
    const taken = caveatsOf(misfit);
    if (expected.end && taken.includes(token.image)) {
      return { text: `the order is ${taken.map((each) => `\`${each}\``).join(", ")}`, edits: [] };
    }
    if (expected.end && hasPacket(misfit) && packetParts.includes(token.image)) {
      return { text: "the order is `from`, `to`, a protocol such as `tcp`, then `on` or `through`", edits: [] };
    }
    if (token.tokenType === t.EQUALS || token.tokenType === t.COLON || token.image === "port") {
      if (accepts(grammar, misfit.rule, tokens.toSpliced(index, 1))) {
        const span = faults.span(before ? endOf(before) : token.startOffset, endOf(token));
        return { text: `no \`${token.image}\` stands here`, edits: [{ span, text: "" }] };
      }
    }
  }
  const missing = missingWord(grammar, misfit, expected);
  if (missing !== undefined) {
    const offset = token ? token.startOffset : before ? endOf(before) : 0;
    const text = token ? `${missing} ` : ` ${missing}`;
    if (missing === "," && before) {
      const end = endOf(before);
      return { text: "`,` is missing", edits: [{ span: faults.span(end, end), text: "," }] };
    }
    return { text: `\`${missing}\` is missing`, edits: [{ span: faults.span(offset, offset), text }] };
  }
  const port = token?.image === "port" ? tokens[index + 1] : token;
  if (port && isPort(port) && expected.types.includes(kw.tcp)) {
    return { text: `name the protocol: \`tcp ${port.image}\` or \`udp ${port.image}\``, edits: [] };
  }
  const words = wayOut(tokens, index, expected);
  return words === undefined ? undefined : { text: words, edits: [] };
}

/** The parts that end a statement, in their order. */
const caveats = ["while", "accept-risk", "reason", "owner", "ticket", "until"];

/** `dns` and `portal` hold in states of their own, an `expect` has nothing to excuse. */
function caveatsOf({ rule, tokens }: Misfit): readonly string[] {
  if (rule === "packet") return [];
  return ["dns", "portal"].includes(tokens[0]?.image ?? "") ? caveats.filter((word) => word !== "while") : caveats;
}

/** The words that start parts of a packet. */
const packetParts = ["from", "to", "tcp", "udp", "icmp", "icmpv6", "protocol", "on", "through"];

const hasPacket = ({ rule, tokens }: Misfit): boolean =>
  rule === "packet" || ["allow", "deny", "expect"].includes(tokens[0]?.image ?? "");

const isPort = ({ tokenType }: IToken): boolean => tokenType === t.INTEGER || tokenType === t.PORTS;
const isWord = ({ tokenType }: IToken): boolean => tokenType === t.NAME || t.keywords.includes(tokenType);

/** What was probably meant by this one token. */
function replacement(
  token: IToken,
  expected: Expectation,
): { readonly text: string; readonly word: string } | undefined {
  const { image, tokenType } = token;
  const { types } = expected;
  if (isWord(token)) {
    const [similar] = didYouMean(image, expectedWords(expected));
    if (similar) return { text: "a similar word exists", word: similar };
    if (types.includes(t.TEXT)) return { text: "a text stands in quotes", word: `"${image}"` };
  }
  if (tokenType === t.INTEGER && types.includes(t.NUMBER) && Number(image) <= 0xffff_ffff) {
    return { text: "marks are hexadecimal", word: `0x${Number(image).toString(16)}` };
  }
  const inner = image.slice(1, -1);
  if (
    (tokenType === t.STRING || tokenType === t.RAW) &&
    types.includes(t.NAME) &&
    /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(inner)
  ) {
    return { text: "a name stands without quotes", word: inner };
  }
  return undefined;
}

/** The one word or sign with which the line would follow the grammar. */
function missingWord(grammar: Grammar, { rule, tokens, index }: Misfit, expected: Expectation): string | undefined {
  if (index === 0) return undefined;
  const candidates = expected.types.filter((type) => t.keywords.includes(type) || t.punctuation.includes(type));
  const good = candidates.filter((type) => accepts(grammar, rule, tokens.toSpliced(index, 0, inserted(type))));
  // Behind a name `within` would fit as well, but an address there is meant as its own nearly always.
  if (good.includes(kw.at)) return "at";
  // Behind an address `except` would fit as well.
  if (good.includes(t.COMMA)) return ",";
  if (good.length === 1) return String(good[0]?.PATTERN);
  const token = tokens[index];
  // `allow 10.0.0.0/8` needs two words; outward is what is meant nearly always.
  if (
    token &&
    expected.types.includes(kw.out) &&
    accepts(grammar, rule, tokens.toSpliced(index, 0, inserted(kw.out), inserted(kw.to)))
  ) {
    return "out to";
  }
  return undefined;
}

const inserted = (type: TokenType): IToken => createTokenInstance(type, String(type.PATTERN), 0, 0, 0, 0, 0, 0);
