import { keyOf } from "../../src/emitters/wfp/keys.ts";
import { canonicalJson } from "../../src/ir/canonical.ts";
import type { WfpConditions, WfpFilter } from "../../src/ir/wfp-document.ts";
import { wfpLayers } from "../../src/ir/wfp-document.ts";
import { formatAddress } from "../../src/net/address.ts";
import { isFault, parseNet } from "../../src/net/parse-net.ts";

/** One word of one line of a document, changed; the key goes along, or the reader would see by it alone. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly text: string;
}

/** Every word of every filter, changed in every way, and every line left out or twice. */
export function mutantsOf(files: ReadonlyMap<string, string>): readonly Mutant[] {
  return [...files]
    .filter(([file]) => file.endsWith(".json"))
    .flatMap(([file, text]) => {
      const lines = text.split("\n");
      const count = lines.filter((line) => line.startsWith("    {")).length;
      return lines.flatMap((line, i): readonly Mutant[] => {
        if (!line.startsWith("    {")) return [];
        const isLast = i === 7 + count - 1;
        const filter = JSON.parse(line.replace(/,$/, "")) as WfpFilter;
        const rows = filtersOf(filter).map(({ what, to }) => ({
          what,
          to: [...lines.slice(0, i), `    ${printed(to)}${isLast ? "" : ","}`, ...lines.slice(i + 1)],
        }));
        const without = isLast
          ? [...lines.slice(0, i - 1), (lines[i - 1] ?? "").replace(/,$/, ""), ...lines.slice(i + 1)]
          : [...lines.slice(0, i), ...lines.slice(i + 1)];
        return [
          ...rows,
          { what: "line left out", to: without },
          { what: "line twice", to: [...lines.slice(0, i), line, ...lines.slice(i)] },
        ].map(({ what, to }) => ({ file, line: i + 1, what: `${what}: ${line.trim()}`, text: to.join("\n") }));
      });
    });
}

interface Changed {
  readonly what: string;
  readonly to: WfpFilter;
}

function filtersOf(filter: WfpFilter): readonly Changed[] {
  const { when } = filter;
  const words = Object.keys(when) as (keyof WfpConditions)[];
  const changed: readonly { readonly what: string; readonly to: Partial<WfpFilter> }[] = [
    { what: "action", to: { action: filter.action === "permit" ? "block" : "permit" } },
    ...wfpLayers.filter((layer) => layer !== filter.layer).map((layer) => ({ what: `layer ${layer}`, to: { layer } })),
    ...[-7, -1, 1, 7, 100].map((by) => ({ what: `weight ${by}`, to: { weight: filter.weight + by } })),
    ...(["static", "persistent", "boot"] as const)
      .filter((lifetime) => lifetime !== filter.lifetime)
      .map((lifetime) => ({ what: `lifetime ${lifetime}`, to: { lifetime } })),
    ...words.flatMap((word) => [
      { what: `without ${word}`, to: { when: without(when, word) } },
      ...valuesOf(when, word).map((value) => ({
        what: `${word} ${JSON.stringify(value)}`,
        to: { when: { ...when, [word]: value } },
      })),
    ]),
  ];
  return changed.map(({ what, to }) => ({ what, to: { ...filter, ...to } }));
}

const without = (when: WfpConditions, word: keyof WfpConditions): WfpConditions =>
  Object.fromEntries(Object.entries(when).filter(([key]) => key !== word));

/** The list with one value changed, left out, or more. */
function valuesOf(when: WfpConditions, word: keyof WfpConditions): readonly unknown[] {
  const list = when[word];
  if (!Array.isArray(list)) return [false];
  return list.flatMap((value: string | number, i) => [
    ...nearOf(word, value).map((near) => list.map((each: string | number, j) => (i === j ? near : each))),
    list.filter((_, j) => i !== j),
  ]);
}

function nearOf(word: keyof WfpConditions, value: string | number): readonly (string | number)[] {
  if (typeof value === "number") return [value + 1, value - 1];
  if (word === "localPort" || word === "remotePort") {
    const [first = 0, last = first] = value.split("-").map(Number);
    return [`${first}-${last + 1}`, `${last + 1}`];
  }
  if (word === "localAddress" || word === "remoteAddress") {
    const net = parseNet(value);
    if (isFault(net)) throw new Error(value);
    const text = (at: bigint) => formatAddress({ family: net.family, value: at });
    const most = net.family === "ipv4" ? 0xffffffffn : (1n << 128n) - 1n;
    return [
      ...(net.last < most ? [`${text(net.first)}-${text(net.last + 1n)}`] : []),
      ...(net.first < net.last ? [`${text(net.first)}-${text(net.last - 1n)}`.replace(/^(.*)-\1$/, "$1")] : []),
    ];
  }
  return word === "localAddressType" ? ["multicast"] : [`${value}x`, value.toUpperCase()];
}

function printed({ name, layer, weight, action, lifetime, when }: WfpFilter): string {
  const content = canonicalJson({ name, layer, weight, action, lifetime, when });
  return JSON.stringify({ name, layer, weight, action, lifetime, when, key: keyOf(content) });
}
