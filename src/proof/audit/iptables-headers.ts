import type { Condition, IpFamily, Span } from "../readers/nft/program.ts";
import { each, type Module } from "./iptables-module.ts";
import type { Test } from "./rules.ts";
import { flagBits, flagsTest, together } from "./tcp-flags.ts";
import { either, known, negated } from "./test-forms.ts";

/** Modules that ask what stands in the headers of a packet. */

export const ofPorts = each(({ option, values, isNegated }, { protocol }) => {
  const [value = ""] = values;
  const number = protocol ?? 0;
  const spans = spansOf(value, 65535);
  const at = (end: "source" | "destination"): Test =>
    known({ kind: "port", end, protocol: number, spans: spans ?? [], isNegated: false });
  const test =
    option === "--sport" || option === "--sports" || option === "--source-ports"
      ? at("source")
      : option === "--dport" || option === "--dports" || option === "--destination-ports"
        ? at("destination")
        : option === "--ports"
          ? either([at("source"), at("destination")])
          : undefined;
  if (test && spans && showsPorts.has(number)) return negated(test, isNegated);
  if (option === "--tcp-flags") return flagsOf(values, isNegated);
  if (option !== "--tcp-option" && option !== "--chunk-types") return undefined;
  return {
    kind: "unknown",
    words: option,
    within: [{ kind: "protocol", spans: [{ first: number, last: number }], isNegated: false }],
  };
});
/** `FIN,SYN,RST,ACK SYN`: of the first those and no others are set. */
function flagsOf(values: readonly string[], isNegated: boolean): Test | undefined {
  const [asked, wanted] = values.map((words) =>
    together(
      words.split(",").map((word) => (word === "NONE" ? 0 : word === "ALL" ? 0x3f : flagBits[word.toLowerCase()])),
    ),
  );
  if (asked === undefined || wanted === undefined || values.length !== 2) return undefined;
  return flagsTest((flags) => ((flags & asked) === wanted) !== isNegated);
}
const showsPorts: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);

export const icmp = (family: IpFamily): Module =>
  each(({ option, values: [value = ""], isNegated }) => {
    if (!option.endsWith("-type")) return undefined;
    if (value === "any") return { kind: isNegated ? "never" : "always" };
    const [, type = "", code] = /^(\d+)(?:\/(\d+))?$/.exec(value) ?? [];
    if (type === "" || Number(type) > 255) return undefined;
    const condition: Condition = {
      kind: "icmp",
      family,
      spans: [{ first: Number(type), last: Number(type) }],
      isNegated: false,
    };
    if (code === undefined) return negated(known(condition), isNegated);
    return isNegated ? undefined : { kind: "unknown", words: `${option} ${value}`, within: [condition] };
  });

export const hops = (family: IpFamily): Module =>
  each(({ option, values: [value = ""], isNegated }) => {
    const count = Number(value);
    if (!/^\d{1,3}$/.test(value) || count > 255) return undefined;
    const kind = option.slice(-3);
    const spans =
      kind === "-eq"
        ? [{ first: count, last: count }]
        : kind === "-lt"
          ? [{ first: 0, last: count - 1 }]
          : kind === "-gt"
            ? [{ first: count + 1, last: 255 }]
            : undefined;
    if (spans?.some(({ first, last }) => first > last)) return { kind: isNegated ? "always" : "never" };
    return spans && negated(known({ kind: "hops", family, spans, isNegated: false }), isNegated);
  });

/** `80`, `80:90`, `80,443,8000:8080`; `:90` begins with the lowest. */
function spansOf(text: string, highest: number): readonly Span[] | undefined {
  const spans = text.split(",").map((part) => {
    const [first = "", last = first] = part.split(":");
    return { first: first === "" ? 0 : Number(first), last: last === "" ? highest : Number(last) };
  });
  const isWhole = spans.every(({ first, last }) => first <= last && last <= highest);
  return isWhole ? joined(spans) : undefined;
}

/** Sorted, and none over another. */
function joined(spans: readonly Span[]): readonly Span[] {
  const found: { first: number; last: number }[] = [];
  for (const span of spans.toSorted((a, b) => a.first - b.first)) {
    const before = found.at(-1);
    if (before && span.first <= before.last) before.last = Math.max(before.last, span.last);
    else found.push({ ...span });
  }
  return found;
}
