import type { Addresses } from "../../address-classes.ts";
import { AddressList } from "./addresses.ts";
import type { Json } from "./json.ts";
import { numberOf } from "./numbers.ts";
import type { IpFamily, Span } from "./program.ts";

/** What stands at the right of a question: one value, or the elements of an unnamed set. */
export const elementsOf = (right: Json): readonly Json[] =>
  right.keys.join() === "set" ? right.object(["set"]).set.array() : [right];

/** Undefined: they overlap. */
export function addressesOf(family: IpFamily, elements: readonly Json[]): Addresses | undefined {
  const list = new AddressList(family, Math.max(8, elements.length));
  for (const element of elements) {
    const text = addressText(element);
    const fault = list.add(text, 0, text.length);
    if (fault !== undefined) element.fail(`${text}: ${fault}`);
  }
  return list.finish();
}

function addressText(element: Json): string {
  switch (element.keys.join()) {
    case "prefix": {
      const { addr, len } = element.object(["prefix"]).prefix.object(["addr", "len"]);
      return `${plain(addr)}/${len.number(128)}`;
    }
    case "range": {
      const [first, last, ...more] = element.object(["range"]).range.array();
      if (!first || !last || more.length > 0) return element.fail(`${element.shown} is no range`);
      return `${plain(first)}-${plain(last)}`;
    }
    default:
      return plain(element);
  }
}

/** So that no text says more than it seems to. */
const plain = (address: Json): string => {
  const text = address.string();
  return /^[0-9a-f.:]+$/.test(text) ? text : address.fail(`${text} is no address`);
};

/** Sorted; of numbers, or of words that stand for some. */
export function spansOf(
  elements: readonly Json[],
  highest: number,
  names: ReadonlyMap<string, number>,
): readonly Span[] {
  const number = (value: Json): number => {
    if (!value.isString) return value.number(highest);
    const word = value.string();
    return names.get(word) ?? numberOf(word, highest) ?? value.fail(`unknown word ${word}`);
  };
  const spans = elements.map((element): Span => {
    if (element.keys.join() !== "range") return { first: number(element), last: number(element) };
    const [first, last, ...more] = element.object(["range"]).range.array();
    if (!first || !last || more.length > 0) return element.fail(`${element.shown} is no range`);
    const span = { first: number(first), last: number(last) };
    return span.first <= span.last ? span : element.fail("a range that goes down");
  });
  return spans.toSorted((a, b) => a.first - b.first);
}
