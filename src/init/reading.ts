import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source, Span } from "../diagnostics/span.ts";
import { type Address, parseAddress, width } from "../net/address.ts";
import { type AddressRange, contains } from "../net/address-set.ts";
import { isHostName } from "../net/host-name.ts";
import { constant, isFault, parseNet } from "../net/parse-net.ts";
import type { Note } from "./configuration.ts";

/** A piece of a configuration and where it stands. */
export interface Word {
  readonly text: string;
  readonly start: number;
}

/**
 * What reading a configuration collects. Such a file holds keys and passwords, so nothing of it is repeated but what was
 * understood and shown on purpose.
 */
export class Reading {
  readonly diagnostics: Diagnostic[] = [];
  readonly notes: Note[] = [];
  readonly source: Source;
  readonly #shown: Span[] = [];

  constructor(source: Source) {
    this.source = source;
  }

  span({ text, start }: Word): Span {
    return { file: this.source.file, start, end: start + text.length };
  }

  /** This word is no secret. */
  show(word: Word): Span {
    const span = this.span(word);
    this.#shown.push(span);
    return span;
  }

  note(kind: Note["kind"], text: string, at?: Word): void {
    this.notes.push({ kind, text, ...(at && { at: this.span(at) }) });
  }

  /** The program that owns the file could not read this either. */
  malformed(what: string, reason: string, at: Word): undefined {
    const help = "correct the line; what it holds is not shown, for it may be a secret";
    this.diagnostics.push(diagnostic("KSP5021", { what, reason }, { at: this.span(at), help }));
    return undefined;
  }

  /** Well said, but nothing that a policy can say or that a kill switch can hold. */
  refuse(construct: string, at: Word, label: string, help: string): undefined {
    this.diagnostics.push(diagnostic("KSP5022", { construct }, { at: this.span(at), label, help }));
    return undefined;
  }

  /** The source, of the same length, with everything hidden that was not shown. */
  get shown(): Source {
    let text = "";
    let end = 0;
    const hidden = (from: number, to: number) => this.source.text.slice(from, to).replace(/[^\s=]/g, "*");
    for (const span of this.#shown.toSorted((a, b) => a.start - b.start)) {
      if (span.start < end) continue;
      text += hidden(end, span.start) + this.source.text.slice(span.start, span.end);
      end = span.end;
    }
    return { file: this.source.file, text: text + hidden(end, this.source.text.length) };
  }
}

/** Lines end with LF or CRLF. */
export function linesOf(text: string): readonly Word[] {
  let start = 0;
  return text.split("\n").map((line) => {
    const word = { text: line, start };
    start += line.length + 1;
    return word;
  });
}

/** Without the blanks around it; a byte order mark is one. */
export function trimmed({ text, start }: Word): Word {
  const front = text.trimStart();
  return { text: front.trimEnd(), start: start + text.length - front.length };
}

/** The parts between commas and blanks. */
export function itemsOf({ text, start }: Word): readonly Word[] {
  return [...text.matchAll(/[^\s,]+/g)].map((item) => ({ text: item[0], start: start + item.index }));
}

/** `10.0.0.7/8` as its network: both VPNs mask the host part away. */
export function networkOf(text: string): AddressRange | undefined {
  const [base = "", length, ...rest] = text.split("/");
  const address = parseAddress(base);
  if (!address || rest.length > 0) return undefined;
  const net = parseNet(`${base}/${length ?? width(address.family)}`);
  if (!isFault(net)) return net;
  return net.kind === "host-bits" ? net.network : undefined;
}

/** A port as a number; names of services differ between machines. */
export function portOf(text: string): number | undefined {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : undefined;
}

export const hostOf = (text: string): Address | string | undefined =>
  parseAddress(text) ?? (isHostName(text) ? text : undefined);

const loopback = constant("127.0.0.0/8", "::1");

export const isLoopback = (host: Address | string): boolean =>
  typeof host === "string" ? /^localhost\.?$/i.test(host) : contains(loopback, host);

/** What is said of a server on this machine. */
export const helper = {
  label: "a local program carries these packets on",
  help: "write the policy by hand, with a `helper` for that program",
};
