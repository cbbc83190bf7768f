import { type Details, type Diagnostic, diagnostic, type Help } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import { characterName } from "./characters.ts";

// Known wrong spellings: how a word is written elsewhere, and how it is written here.

interface Advice {
  readonly code: "KSP1007" | "KSP1008" | "KSP1012" | "KSP1024";
  readonly kind?: string;
  readonly label: string;
  readonly help?: string;
  /** The right spelling, where there is just one. */
  readonly replacement?: string;
}

/** What is wrong with a run of characters without a space, if it is a known mistake. `before`: what stands before it on its line. */
export function misspelling(word: string, at: Span, before = ""): Diagnostic | undefined {
  if (word.length > 200) return undefined;
  // Only the words just before count; on a long line every word would be searched from its start.
  const near = before.slice(-200);
  const placed = places.find(({ behind }) => behind.test(near))?.reading(word);
  const advice = placed ?? readings.map((reading) => reading(word)).find((found) => found !== undefined);
  if (advice === undefined) return undefined;
  const { code, kind, label, help, replacement } = advice;
  const details: Details = { at, label, ...proposal(help, replacement, at) };
  if (code === "KSP1012") return diagnostic(code, { word, kind: kind ?? "value" }, details);
  if (code === "KSP1024") return diagnostic(code, { sign: word.startsWith(";") ? ";" : word.slice(0, 2) }, details);
  return diagnostic(code, { word }, details);
}

function proposal(help: string | undefined, replacement: string | undefined, span: Span): { readonly help?: Help } {
  if (replacement !== undefined)
    return { help: { text: `write \`${replacement}\``, edits: [{ span, text: replacement }] } };
  return help === undefined ? {} : { help: { text: help, edits: [] } };
}

const commentLabel = "a comment starts with `#` and ends with its line";

/** `; remark` on a line of its own. */
function asRemark(word: string): Advice | undefined {
  if (!word.startsWith(";")) return undefined;
  return { code: "KSP1024", label: commentLabel, replacement: `#${word.slice(1)}` };
}

/** `// remark`, `/* remark`. */
function asComment(word: string): Advice | undefined {
  const label = commentLabel;
  if (word.startsWith("/*")) return { code: "KSP1024", label };
  return word.startsWith("//") ? { code: "KSP1024", label, replacement: `#${word.slice(2)}` } : undefined;
}

/** `203.0.113.7:51820/udp`, `[2001:db8::7]:51820`. */
function asPeer(word: string): Advice | undefined {
  const [, host = "", ports, protocol] =
    /^(\[[0-9a-fA-F:.]+\]|(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[@$][a-z0-9-]+)(?::([0-9]+(?:-[0-9]+)?)(?:\/([a-z]+))?)?$/.exec(
      word,
    ) ?? [];
  const address = host.replace(/[[\]]/g, "");
  if (ports === undefined) {
    if (!host.startsWith("[")) return undefined;
    return { code: "KSP1008", label: "an IPv6 address stands without brackets", replacement: address };
  }
  const label = "an address, a protocol and ports stand apart, in this order";
  if (protocol === "tcp" || protocol === "udp")
    return { code: "KSP1008", label, replacement: `${address} ${protocol} ${ports}` };
  return { code: "KSP1008", label, help: `write \`${address} udp ${ports}\` or \`${address} tcp ${ports}\`` };
}

/** `server vpn.example.net`: whoever asks for its address while the tunnel is down asks in clear. */
function asServerName(word: string): Advice | undefined {
  const [, name] = /^((?:[A-Za-z0-9_-]+\.)+[A-Za-z][A-Za-z0-9-]*)(?::[0-9]+)?$/.exec(word) ?? [];
  if (name === undefined) return undefined;
  return {
    code: "KSP1008",
    label: "a name is looked up before the tunnel can come up, so outside of it",
    help: `write the addresses as well: \`server host "${name}" at ADDRESS udp PORT\``,
  };
}

/** `rewrite to 192.168.1.2:443`: the protocol is said before. */
function asNewPlace(word: string): Advice | undefined {
  const [, address, port] = /^([0-9.]+):([0-9]+)$/.exec(word) ?? [];
  if (address === undefined) return undefined;
  return { code: "KSP1008", label: "an address and a port stand apart", replacement: `${address} ${port}` };
}

/** `tcp 22-`. */
function asOpenRange(word: string): Advice | undefined {
  if (!/^[0-9]*-[0-9]*$/.test(word)) return undefined;
  const label = "a range has a first and a last port";
  return { code: "KSP1012", kind: "range of ports", label, help: "write for example `8000-8100`" };
}

/** `until 31.12.2027`: whether day or month stands first is not for us to guess. */
function asDay(word: string): Advice | undefined {
  const found = asDate(word);
  if (found) return found;
  if (!/^[0-9]+[-./][0-9]+([-./][0-9]+)?$/.test(word)) return undefined;
  return { code: "KSP1012", kind: "date", label: dateLabel, help: "write for example `2027-03-31`" };
}

/** Readings of what stands behind certain words, before all others. */
const places: readonly { readonly behind: RegExp; readonly reading: (word: string) => Advice | undefined }[] = [
  { behind: /^\s*$/, reading: asRemark },
  { behind: /(^|\s)server\s+$/, reading: asServerName },
  { behind: /\srewrite\s+to\s+$/, reading: asNewPlace },
  { behind: /\s(tcp|udp)\s+([0-9-]+\s*,\s*)*$/, reading: asOpenRange },
  { behind: /\suntil\s+$/, reading: asDay },
  { behind: /\shost\s+$/, reading: asText },
  { behind: /^\s*management\s+$/, reading: asSocket },
  { behind: /^\s*allow\s+out\s+to\s+$/, reading: asOpenHost },
  { behind: /(^|\s)(to|from|dns|except)\s+([^\s,]+\s*,\s*)*$/, reading: (word) => asHost(word) },
];

const hostName = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i;

/** `host vpn.example`. */
function asText(word: string): Advice | undefined {
  if (!hostName.test(word)) return undefined;
  return { code: "KSP1012", kind: "text", label: "a text stands in quotes", replacement: `"${word}"` };
}

/** `management /run/openvpn/home.sock`, as in OpenVPN's own file. */
function asSocket(word: string): Advice | undefined {
  if (!/^\/[^\\]+$/.test(word)) return undefined;
  return { code: "KSP1012", kind: "text", label: "a text stands in quotes", replacement: `"${word}"` };
}

/** `to vpn.example`. */
function asHost(word: string, help = "write its addresses"): Advice | undefined {
  if (!hostName.test(word)) return undefined;
  return { code: "KSP1012", kind: "address", label: "no name is looked up while compiling", help };
}

/** `allow out to vpn.example`. */
function asOpenHost(word: string): Advice | undefined {
  return asHost(word, `write \`allow host "${word}"\` and the service, and \`ksp pin\` looks it up`);
}

/** `443/tcp`, `tcp/443`, `tcp:443`, `8000:8100`. */
function asPort(word: string): Advice | undefined {
  const label = "a protocol and its ports stand apart, in this order";
  const [, ports, after] = /^([0-9]+(?:-[0-9]+)?)[/:](tcp|udp)$/.exec(word) ?? [];
  if (ports && after) return { code: "KSP1012", kind: "port", label, replacement: `${after} ${ports}` };
  const [, before, port] = /^(tcp|udp)[/:]([0-9]+(?:-[0-9]+)?)$/.exec(word) ?? [];
  if (before && port) return { code: "KSP1012", kind: "port", label, replacement: `${before} ${port}` };
  const [, first, last] = /^([0-9]{1,5})(?::|\.\.|–)([0-9]{1,5})$/.exec(word) ?? [];
  if (!first || !last) return undefined;
  return {
    code: "KSP1012",
    kind: "range of ports",
    label: "a range is written with `-`",
    replacement: `${first}-${last}`,
  };
}

/** `0X6B`, `0x6B73`. */
function asNumber(word: string): Advice | undefined {
  const number = /^(0[xX][0-9a-fA-F]+)(?:\/(0[xX][0-9a-fA-F]+))?$/.test(word) && word !== word.toLowerCase();
  if (!number) return undefined;
  return {
    code: "KSP1012",
    kind: "number",
    label: "hexadecimal digits are lower-case",
    replacement: word.toLowerCase(),
  };
}

const dateLabel = "a date is year, month and day, of four, two and two digits";

/** `2027-3-1`, `2027/03/01`. */
function asDate(word: string): Advice | undefined {
  const [, year, month = "", day = ""] = /^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$/.exec(word) ?? [];
  if (year === undefined) return undefined;
  const replacement = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  if (replacement === word) return undefined;
  return {
    code: "KSP1012",
    kind: "date",
    label: dateLabel,
    replacement,
  };
}

const longUnits: Readonly<Record<string, string>> = {
  ...{ sec: "s", secs: "s", second: "s", seconds: "s", min: "m", mins: "m", minute: "m", minutes: "m" },
  ...{ hour: "h", hours: "h", hr: "h", hrs: "h", msec: "ms", msecs: "ms" },
};

/** `1.5s`, `5min`, `2d`, `1h30m`. */
function asDuration(word: string): Advice | undefined {
  const [, count, unit = ""] = /^([0-9]+)([a-z]+)$/.exec(word) ?? [];
  const short = longUnits[unit];
  if (count && short)
    return {
      code: "KSP1012",
      kind: "duration",
      label: "the units are `ms`, `s`, `m` and `h`",
      replacement: count + short,
    };
  if (!/^[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h|d|days?|w)(?:[0-9]+(?:ms|s|m))*$/.test(word)) return undefined;
  const label = "a duration is a whole number and one of `ms`, `s`, `m` and `h`";
  return { code: "KSP1012", kind: "duration", label, help: "write for example `1500ms`, `90m` or `48h`" };
}

function asAddress(word: string): Advice | undefined {
  const v4 = "an IPv4 address is four numbers from 0 to 255 with dots between";
  if (/^[0-9.]+\/[0-9]+\.[0-9.]+$/.test(word)) {
    return { code: "KSP1012", kind: "prefix", label: "a mask is written as the length of the prefix, such as `/24`" };
  }
  if (/^[0-9]+(?:\.[0-9*]+)*\.?\/[0-9]*$/.test(word))
    return { code: "KSP1012", kind: "prefix", label: `${v4}, then \`/\` and a length` };
  if (/^[0-9]+(?:\.[0-9*]*)+$/.test(word)) return { code: "KSP1012", kind: "address", label: v4 };
  if (/^[0-9.]+\.[0-9]+-[0-9.]*$/.test(word) || /^[0-9]+-[0-9]*\.[0-9.]*$/.test(word)) {
    return { code: "KSP1012", kind: "range", label: "a range is two whole addresses with `-` between" };
  }
  if (/^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:./-]*$/.test(word)) {
    return {
      code: "KSP1012",
      kind: "address",
      label: "an IPv6 address is written as in `2001:db8::7` or `2001:db8::/32`",
    };
  }
  return undefined;
}

const properName = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** `br-*`, `wg+`. */
function asPattern(word: string): Advice | undefined {
  if (!/^[A-Za-z][A-Za-z0-9._-]*[*+?]$/.test(word)) return undefined;
  return { code: "KSP1012", kind: "name", label: "a pattern stands in quotes", replacement: `"${word}"` };
}

/** `Home`, `my_name`, `@List`, `2nd`, `firefox.exe`. */
function asName(word: string): Advice | undefined {
  const [, sigil = "", name] = /^([@$]?)([A-Za-z0-9_][A-Za-z0-9_.-]*)$/.exec(word) ?? [];
  if (name === undefined || properName.test(name) || /^[0-9]+\./.test(name)) return undefined;
  if (/^ksp[0-9]*$/i.test(name)) return { code: "KSP1012", kind: "code", label: "a code is `KSP` and four digits" };
  const fixed = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[-0-9]+|-+$/g, "");
  return {
    code: "KSP1007",
    label: nameFault(name),
    ...(properName.test(fixed) && !/^[0-9]/.test(name) && { replacement: sigil + fixed }),
  };
}

function nameFault(name: string): string {
  if (/^[0-9]/.test(name)) return "a name starts with a letter";
  if (/[A-Z]/.test(name)) return "a name has no capital letters";
  if (name.includes("_")) return "a name holds no `_`";
  if (name.includes(".")) return "a name holds no `.`; a text stands in quotes";
  return "a name is letters and digits with single `-` between";
}

const readings = [asComment, asPeer, asPort, asNumber, asDate, asDuration, asAddress, asPattern, asName];

const lookAlikes: Readonly<Record<string, string>> = {
  "\u00a0": " ",
  "\u2013": "-",
  "\u2014": "-",
  "\u2212": "-",
  "\u2192": "->",
  "\u201c": '"',
  "\u201d": '"',
  "\u201e": '"',
  "\u2018": "'",
  "\u2019": "'",
  "\uff0c": ",",
};

/** A single character that no token holds. */
export function unexpectedCharacter(character: string, at: Span): Diagnostic {
  const meant = lookAlikes[character];
  const shown = /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? `\`${character}\`` : characterName(character);
  if (meant !== undefined) {
    const help = { text: `write ${meant === " " ? "a space" : `\`${meant}\``}`, edits: [{ span: at, text: meant }] };
    return diagnostic(
      "KSP1001",
      { character: shown },
      { at, label: `looks like ${meant === " " ? "a space" : `\`${meant}\``}`, help },
    );
  }
  if (character === ";") {
    const help = { text: "remove it", edits: [{ span: at, text: "" }] };
    return diagnostic("KSP1001", { character: shown }, { at, label: "a statement ends with its line", help });
  }
  const help = "`except` takes addresses out of others, such as `10.0.0.0/8 except 10.64.0.0/10`";
  const label = "no word or value holds this character";
  return diagnostic("KSP1001", { character: shown }, { at, label, ...(character === "!" && { help }) });
}
