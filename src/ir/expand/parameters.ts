import type { Label } from "../../diagnostics/diagnostic.ts";
import { didYouMean, surelyMeant } from "../../diagnostics/did-you-mean.ts";
import type { Span } from "../../diagnostics/span.ts";
import type * as ast from "../../parser/ast.ts";
import type { Faults } from "./faults.ts";
import { type Meaning, type Type, typeWords } from "./meaning.ts";

export interface Parameter {
  readonly name: ast.Identifier;
  readonly type: Type;
  /** Absent after a message, and where a fragment is read by itself. */
  readonly meaning?: Meaning;
  /** Where the value was written. */
  readonly bound?: Span;
}

/** A place in a statement where a parameter may stand: the types that fit, and what belongs there in words. */
interface Place {
  readonly types: readonly Type[];
  readonly words: string;
}
const places = {
  nets: { types: ["address", "network"], words: "addresses belong" },
  net: { types: ["address", "network"], words: "one network belongs" },
  port: { types: ["port"], words: "a port belongs" },
  number: { types: ["number"], words: "a number belongs" },
  text: { types: ["text"], words: "a text belongs" },
  owner: { types: ["text", "number"], words: "a name or a number belongs" },
} satisfies Readonly<Record<string, Place>>;

/** The parameters of one file, with their values; every use is checked against the place where it stands. */
export class Parameters {
  readonly #faults: Faults;
  readonly #known: ReadonlyMap<string, Parameter>;
  readonly #used = new Set<string>();

  constructor(faults: Faults, parameters: readonly Parameter[]) {
    this.#faults = faults;
    this.#known = new Map(parameters.map((parameter) => [parameter.name.name, parameter]));
  }

  nets(net: ast.Net): readonly ast.Net[] {
    if (net.kind !== "param") return [net];
    const meaning = this.#meaning(net.text, net.span, places.nets);
    return meaning?.kind === "nets" ? meaning.nets : [net];
  }

  net(net: ast.Net): ast.Net {
    if (net.kind !== "param") return net;
    const meaning = this.#meaning(net.text, net.span, places.net);
    if (meaning?.kind !== "nets") return net;
    const [first, second] = meaning.nets;
    const parameter = this.#known.get(net.text);
    if (second && parameter) this.#misplaced(parameter, net.span, places.net, "several networks");
    return first ?? net;
  }

  port(port: ast.Port): ast.Port {
    if (port.kind !== "param") return port;
    const meaning = this.#meaning(port.name, port.span, places.port);
    return meaning?.kind === "port" ? meaning.port : port;
  }

  number(number: ast.Integer | ast.Text): ast.Integer | ast.Text {
    if (!("kind" in number)) return number;
    const meaning = this.#meaning(number.value, number.span, places.number);
    return meaning?.kind === "number" ? meaning.number : number;
  }

  text(text: ast.Text): ast.Text {
    if (text.kind !== "param") return text;
    const meaning = this.#meaning(text.value, text.span, places.text);
    return meaning?.kind === "text" ? meaning.text : text;
  }

  owner(owner: ast.Owner): ast.Owner {
    if (owner.kind !== "name" || owner.text.kind !== "param") return owner;
    const meaning = this.#meaning(owner.text.value, owner.text.span, places.owner);
    if (meaning?.kind === "number") return { kind: "id", id: meaning.number };
    return meaning?.kind === "text" ? { kind: "name", text: meaning.text } : owner;
  }

  /** For a binding or anything else that judges the type itself. */
  find(name: string, span: Span): Parameter | undefined {
    const parameter = this.#known.get(name);
    if (parameter) this.#used.add(name);
    else
      this.#faults.report(
        "KSP2060",
        { name },
        { at: span, label: "not declared in this file", ...this.#near(name, span) },
      );
    return parameter;
  }

  /** What nothing uses would take a value and do nothing with it. */
  reportUnused(): void {
    for (const { name } of this.#known.values()) {
      if (this.#used.has(name.name)) continue;
      this.#faults.report(
        "KSP2064",
        { name: name.name },
        { at: name.span, label: "its value would have no effect", help: "use it, or remove it" },
      );
    }
  }

  #meaning(name: string, span: Span, place: Place): Meaning | undefined {
    const parameter = this.find(name, span);
    if (!parameter) return undefined;
    if (place.types.includes(parameter.type)) return parameter.meaning;
    return this.#misplaced(parameter, span, place, typeWords[parameter.type]);
  }

  #misplaced(parameter: Parameter, at: Span, { words }: Place, what: string): undefined {
    return this.#faults.report(
      "KSP2063",
      { name: parameter.name.name, type: what },
      {
        at,
        label: `${words} here`,
        secondary: origin(parameter),
        help: "use a parameter of the type that belongs here, or change the type",
      },
    );
  }

  #near(name: string, span: Span): { readonly help: string | { text: string; edits: { span: Span; text: string }[] } } {
    const [similar] = didYouMean(name, this.#known.keys());
    const sure = surelyMeant(name, this.#known.keys());
    if (similar === undefined) return { help: `declare it with \`param ${name} TYPE\`` };
    const edits = sure === undefined ? [] : [{ span, text: `$${sure}` }];
    return { help: { text: "a parameter with a similar name exists", edits } };
  }
}

/** Both places of a parameter: where it is declared, and where it gets its value. */
export const origin = ({ name, type, bound }: Parameter): readonly Label[] => [
  { span: name.span, text: `declared as ${typeWords[type]}` },
  ...(bound ? [{ span: bound, text: "its value" }] : []),
];
