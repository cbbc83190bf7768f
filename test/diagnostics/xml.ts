/** An element of an XML document. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  readonly text: string;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
/** Everything that is no character of XML 1.0. */
const illegal = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Reads the XML of reports strictly: elements, attributes and text; a comment, a section or a stray sign throws. */
export function parseXml(document: string): Element {
  if (illegal.test(document)) throw new Error("a character that XML does not have");
  let rest = document;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const found = pattern.exec(rest);
    if (found?.index !== 0) return undefined;
    rest = rest.slice(found[0].length);
    return found;
  };
  const decode = (text: string): string => {
    if (text.includes("]]>")) throw new Error("`]]>` in text");
    return text.replace(/&(?:(\w+);)?/g, (_, name) => {
      const sign = entities[name];
      if (sign === undefined) throw new Error(`a stray & before ${name}`);
      return sign;
    });
  };
  const element = (): Element => {
    const open = take(/^<([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/);
    if (!open) throw new Error(`no element at ${rest.slice(0, 40)}`);
    const [, name = "", list = "", empty] = open;
    const pairs = [...list.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(
      ([, key = "", value = ""]) => [key, decode(value)] as const,
    );
    const attributes = new Map(pairs);
    if (attributes.size < pairs.length) throw new Error(`an attribute of ${name} twice`);
    const children: Element[] = [];
    let text = "";
    if (empty) return { name, attributes, children, text };
    while (!rest.startsWith("</")) {
      const words = take(/^[^<]+/)?.[0];
      if (words === undefined) children.push(element());
      else text += decode(words);
    }
    if (take(/^<\/([a-z-]+)>/)?.[1] !== name) throw new Error(`${name} is not closed`);
    return { name, attributes, children, text };
  };
  if (!take(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/)) throw new Error("no declaration");
  const root = element();
  if (rest.trim() !== "") throw new Error("something behind the root");
  return root;
}
