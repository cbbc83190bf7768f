import { SaxesParser } from "saxes";
import { Unreadable } from "./document.ts";

/** An element of XML; of attributes `netsh` uses one, for counts. */
export interface Element {
  readonly name: string;
  readonly line: number;
  /** Its own text, without blanks at both ends. */
  readonly text: string;
  readonly children: readonly Element[];
  /** `numItems`: how many children it says that it has. */
  readonly count?: string;
}

interface Open extends Element {
  text: string;
  readonly children: Element[];
}

/** What a text has at its top: `netsh` writes more than one root. Throws `Unreadable` where it is not well-formed. */
export function readXml(text: string): readonly Element[] {
  // A part of a document has no declaration.
  const parser = new SaxesParser({ fragment: true, position: true });
  const top: Open = { name: "", line: 1, text: "", children: [] };
  const stack = [top];
  const inner = (): Open => stack.at(-1) ?? top;
  parser.on("error", ({ message }) => {
    throw new Unreadable(parser.line, message.replace(/^\d+:\d+: /, "no XML: "));
  });
  parser.on("opentag", ({ name, attributes: { numItems } }) => {
    const count = typeof numItems === "string" ? { count: numItems } : {};
    stack.push({ name, line: parser.line, text: "", children: [], ...count });
  });
  const add = (more: string): void => {
    inner().text += more;
  };
  parser.on("text", add);
  parser.on("cdata", add);
  parser.on("closetag", () => {
    const closed = stack.pop();
    if (closed) inner().children.push({ ...closed, text: closed.text.trim() });
  });
  parser.write(text.replace(/^\uFEFF?(<\?xml[^>]*\?>)?/, "")).close();
  return top.children;
}

export const childOf = (element: Element | undefined, name: string): Element | undefined =>
  element?.children.find((child) => child.name === name);

/** The text of an element below, or nothing. */
export const textAt = (element: Element, ...path: readonly string[]): string =>
  path.reduce<Element | undefined>(childOf, element)?.text ?? "";

/** The children of a list. Throws `Unreadable` where they are not as many as it says: the rest is missing. */
export function itemsOf({ name, line, count, children }: Element): readonly Element[] {
  if (count !== undefined && count !== `${children.length}`)
    throw new Unreadable(line, `${name} says ${count} items, and has ${children.length}`);
  return children;
}

/** Every element of that name, wherever it stands. */
export function* everyNamed(elements: readonly Element[], name: string): Generator<Element> {
  for (const element of elements) {
    if (element.name === name) yield element;
    else yield* everyNamed(element.children, name);
  }
}
