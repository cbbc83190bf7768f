import type { Addresses } from "../../address-classes.ts";
import { AddressList } from "../nft/addresses.ts";
import { readNet } from "./addresses.ts";
import { type Net, type TableContent, Unreadable, type Version } from "./program.ts";

/** An entry of a table; the longest prefix that an address is in decides, and a negated one says that it is not there. */
export interface TableEntry {
  readonly net: Net;
  readonly isNegated: boolean;
}

/** What `pfctl -T replace -f` reads, and `pfctl -T show` prints: one a line, `!` for what is not in it, `#` comments. */
export function readTable(text: string): TableContent {
  if (text !== "" && !text.endsWith("\n")) throw new Unreadable(text.split("\n").length, "the last line does not end");
  return readPlain(text) ?? contentOf(readEntries(text));
}

/** The fast way of a long list: prefixes, none of them in another. */
function readPlain(text: string): TableContent | undefined {
  const lists = { 4: new AddressList("ipv4"), 6: new AddressList("ipv6") };
  let count = 0;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf("\n", start);
    let isIpv6 = false;
    for (let at = start; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === colon) isIpv6 = true;
      else if (code === dash) return undefined;
    }
    if (lists[isIpv6 ? 6 : 4].add(text, start, end) !== undefined) return undefined;
    count++;
    start = end + 1;
  }
  const [ipv4, ipv6] = [lists[4].finish(), lists[6].finish()];
  return ipv4 && ipv6 && { count, ipv4, ipv6 };
}

const [colon, dash] = [0x3a, 0x2d];

function readEntries(text: string): readonly TableEntry[] {
  return text.split("\n").flatMap((line, i): readonly TableEntry[] => {
    const word = line.replace(/#.*$/, "").trim();
    if (word === "") return [];
    const isNegated = word.startsWith("!");
    const [address = "", length, ...more] = word.replace(/^! ?/, "").split("/");
    const net = more.length > 0 ? undefined : readNet(address, length);
    if (!net) throw new Unreadable(i + 1, `${word} is no address, and would be looked up`);
    return [{ net, isNegated }];
  });
}

export function contentOf(entries: readonly TableEntry[]): TableContent {
  const keys = new Set(entries.map(({ net: { version, first, last } }) => `${version} ${first} ${last}`));
  return { count: keys.size, ipv4: rangesOf(entries, 4), ipv6: rangesOf(entries, 6) };
}

export const isSameContent = (a: TableContent, b: TableContent | undefined): boolean =>
  b !== undefined && isSameList(a.ipv4, b.ipv4) && isSameList(a.ipv6, b.ipv6);

const isSameList = (a: Addresses, b: Addresses): boolean =>
  a.length === b.length && a.every(({ first, last }, i) => first === b[i]?.first && last === b[i].last);

/** Prefixes are nested or apart: from low to high, with those around the current address on a stack. */
function rangesOf(entries: readonly TableEntry[], version: Version): Addresses {
  const own = entries
    .filter(({ net }) => net.version === version)
    .sort(({ net: a }, { net: b }) => (a.first !== b.first ? (a.first < b.first ? -1 : 1) : a.last > b.last ? -1 : 1));
  const ranges: { first: bigint; last: bigint }[] = [];
  let next = 0n;
  const upTo = (last: bigint, entry: TableEntry | undefined): void => {
    if (last < next) return;
    const before = ranges.at(-1);
    if (entry && !entry.isNegated) {
      if (before && before.last + 1n === next) before.last = last;
      else ranges.push({ first: next, last });
    }
    next = last + 1n;
  };
  const around: TableEntry[] = [];
  const closeBefore = (first: bigint | undefined): void => {
    for (let top = around.at(-1); top && (first === undefined || top.net.last < first); top = around.at(-1)) {
      upTo(top.net.last, top);
      around.pop();
    }
  };
  for (const entry of own) {
    closeBefore(entry.net.first);
    upTo(entry.net.first - 1n, around.at(-1));
    const same = around.at(-1);
    // The first of two that are alike stays.
    if (same && same.net.first === entry.net.first && same.net.last === entry.net.last) continue;
    around.push(entry);
  }
  closeBefore(undefined);
  return ranges;
}
