import { createToken, type ITokenConfig, Lexer, type TokenType } from "chevrotain";
import { matchLineEnd, matchText, matchUnknown } from "./token-patterns.ts";

// ---- categories: what a rule asks for where several tokens may stand ------------------------------------------------

const category = (name: string): TokenType => createToken({ name, pattern: Lexer.NA });

/** An address, prefix, range, list or parameter. */
export const NET = category("NET");
/** A quoted text or a parameter. */
export const TEXT = category("TEXT");
/** A port, a range of ports or a parameter. */
export const PORT = category("PORT");
export const OS = category("OS");
/** The state of a chain: `down`, `hop1` …, `up`, and the states of the whole machine. */
export const LEVEL = category("LEVEL");

// ---- tokens with a shape ---------------------------------------------------------------------------------------------

const digits = "0123456789";
const hex = `${digits}abcdefABCDEF`;
const letters = "abcdefghijklmnopqrstuvwxyz";

/** A first-character hint spares the lexer the analysis of the expression at every start. */
const shaped = (
  name: string,
  pattern: ITokenConfig["pattern"],
  first: string,
  categories: TokenType[] = [],
): TokenType =>
  createToken({ name, ...(pattern && { pattern }), categories, start_chars_hint: [...first], line_breaks: false });

const v4 = String.raw`[0-9]{1,3}(?:\.[0-9]{1,3}){3}`;
const v6 = "[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F.]*";
const v6Loose = "[0-9a-fA-F]*:[0-9a-fA-F:.]+";
const word = "[a-z][a-z0-9]*(?:-[a-z0-9]+)*";

/** The end of a line, with its comment, and all blank and comment lines behind it. */
export const NL = shaped("NL", { exec: matchLineEnd }, " \t#\r\n");
const WHITE = createToken({ name: "WHITE", pattern: /[ \t]+/, start_chars_hint: [" ", "\t"], group: Lexer.SKIPPED });
export const STRING = shaped("STRING", { exec: matchText }, '"', [TEXT]);
export const RAW = shaped("RAW", /'[^'\r\n]*'/, "'", [TEXT]);
export const LIST = shaped("LIST", new RegExp(`@${word}`), "@", [NET]);
export const PARAM = shaped("PARAM", new RegExp(String.raw`\$${word}`), "$", [NET, PORT, TEXT]);
export const PREFIX = shaped("PREFIX", new RegExp(String.raw`(?:${v4}|${v6})\/[0-9]{1,3}`), `${hex}:`, [NET]);
export const RANGE = shaped("RANGE", new RegExp(`${v4}-${v4}|${v6Loose}-${v6Loose}`), `${hex}:`, [NET]);
export const ADDRESS = shaped("ADDRESS", new RegExp(`${v4}|${v6}`), `${hex}:`, [NET]);
export const DATE = shaped("DATE", /[0-9]{4}-[0-9]{2}-[0-9]{2}/, digits);
export const CODE = shaped("CODE", /KSP[0-9]{4}/, "K");
export const DURATION = shaped("DURATION", /[0-9]+(?:ms|s|m|h)/, digits);
export const NUMBER = shaped("NUMBER", /0x[0-9a-f]+/, "0");
export const PORTS = shaped("PORTS", /[0-9]+-[0-9]+/, digits, [PORT]);
export const INTEGER = shaped("INTEGER", /[0-9]+/, digits, [PORT]);
export const NAME = shaped("NAME", new RegExp(word), letters);
const HOP = createToken({
  name: "HOP",
  pattern: /hop[1-9][0-9]?/,
  start_chars_hint: ["h"],
  longer_alt: NAME,
  categories: [NAME, LEVEL],
});

/** Never in the grammar: with it the lexer always finds a token, and its own search for the next one is slow. */
export const UNKNOWN = createToken({
  name: "UNKNOWN",
  pattern: { exec: matchUnknown },
  start_chars_hint: Array.from({ length: 0x10000 }, (_, code) => code),
  line_breaks: false,
});

// ---- punctuation -----------------------------------------------------------------------------------------------------

export const OPEN = createToken({ name: "OPEN", pattern: "{" });
export const CLOSE = createToken({ name: "CLOSE", pattern: "}" });
export const EQUALS = createToken({ name: "EQUALS", pattern: "=" });
export const COMMA = createToken({ name: "COMMA", pattern: "," });
export const ARROW = createToken({ name: "ARROW", pattern: "->" });
export const COLON = createToken({ name: "COLON", pattern: ":" });
export const SLASH = createToken({ name: "SLASH", pattern: "/" });

// ---- keywords: every one may also be a name ----------------------------------------------------------------------------

type Words<S extends string> = S extends `${infer First} ${infer Rest}` ? First | Words<Rest> : S;
const words = <const S extends string>(line: S) => line.split(" ") as Words<S>[];

/** Words that start a statement. */
export const statementWords = [
  ...words("param import list link helper tunnel chain dns ipv6 allow deny forward app scope"),
  ...words("blocked log watch reconnect alert portal control expect"),
];
export const osWords = words("linux windows macos");
export const levelWords = words("down up portal disabled lockdown any");
const otherWords = [
  ...words("ksp policy fragment address network port number text from sha256 no wider than except"),
  ...words("interface role outside inside utun protocol wireguard openvpn ipsec other assigned carries everything and"),
  ...words("listen server nat64 host at tcp udp carrier mark user group slice program service"),
  ...words("none through on for redirect block dhcp router-advertisement discovery lan within in out to icmp icmpv6"),
  ...words("accept-risk reason owner ticket until masquerade rewrite traffic loss pause keep machine apps carried"),
  ...words("reject drop most per desktop handshake management route heartbeat every lost after run backoff"),
  ...words("disable never allowed confirm reply while or"),
];

export type Keyword =
  | (typeof statementWords)[number]
  | (typeof osWords)[number]
  | (typeof levelWords)[number]
  | (typeof otherWords)[number];

const is = (list: readonly string[], text: string): boolean => list.includes(text);
const keywordTexts: readonly Keyword[] = [...new Set([...statementWords, ...osWords, ...levelWords, ...otherWords])];

/** `accept-risk` → `KwAcceptRisk`: token names are keys of the generated tree types. */
const keywordName = (text: string): string => `Kw${text.replace(/(?:^|-)./g, (c) => c.slice(-1).toUpperCase())}`;

/** The token type of each keyword. */
export const kw = Object.fromEntries(
  keywordTexts.map((text) => [
    text,
    createToken({
      name: keywordName(text),
      pattern: text,
      longer_alt: NAME,
      categories: [NAME, ...(is(osWords, text) ? [OS] : []), ...(is(levelWords, text) ? [LEVEL] : [])],
    }),
  ]),
) as Record<Keyword, TokenType>;

// Longest first: the first match wins, so `list` before `listen` would turn `listen` into a name.
export const keywords: readonly TokenType[] = Object.values(kw).toSorted(
  (a, b) => String(b.PATTERN).length - String(a.PATTERN).length,
);

const categories = [NET, TEXT, PORT, OS, LEVEL];
const shapes = [STRING, RAW, LIST, PARAM, PREFIX, RANGE, ADDRESS, DATE, CODE, DURATION, NUMBER, PORTS, INTEGER];
export const punctuation: readonly TokenType[] = [OPEN, CLOSE, EQUALS, COMMA, ARROW, COLON, SLASH];

const visible = [...shapes, ...punctuation, ...keywords, HOP, NAME];

/** Every token type that the grammar uses. */
export const grammarTokens: readonly TokenType[] = [NL, ...visible, ...categories];
/** In the order in which the lexer tries them. */
export const lexerTokens: readonly TokenType[] = [NL, WHITE, ...visible, ...categories, UNKNOWN];
