import type * as ast from "./ast.ts";
import type { Listing, Piece } from "./layout.ts";

// The text of values: one function per production, the twin of build-values.ts.

export const commas = (texts: readonly string[]): Listing => ({
  separator: ",",
  items: texts.map((text) => ({ text })),
});

export function text(value: ast.Text): string {
  if (value.kind === "param") return `$${value.value}`;
  if (value.kind === "raw") return `'${value.value}'`;
  return `"${value.value.replace(/["\\]/g, "\\$&")}"`;
}

export function port(value: ast.Port): string {
  if (value.kind === "param") return `$${value.name}`;
  return value.first === value.last ? `${value.first}` : `${value.first}-${value.last}`;
}

const sigils: Readonly<Partial<Record<ast.Net["kind"], string>>> = { list: "@", param: "$" };

export const net = ({ kind, text }: ast.Net): string => `${sigils[kind] ?? ""}${text}`;

const netList = (list: readonly ast.Net[]): Listing => ({
  separator: ",",
  items: list.map((each) => ({ text: net(each), ...(each.comments && { comments: each.comments }) })),
});

export const nets = ({ include, except }: ast.Nets): readonly Piece[] => [
  netList(include),
  ...(except.length > 0 ? ["except", netList(except)] : []),
];

export const netsClause = (keyword: string, value: ast.Nets | undefined): readonly Piece[] =>
  value ? [keyword, ...nets(value)] : [];

export const textClause = (keyword: string, value: ast.Text | undefined): readonly Piece[] =>
  value ? [keyword, text(value)] : [];

export function value(v: ast.Value): readonly Piece[] {
  if (v.kind === "nets") return nets(v.nets);
  if (v.kind === "ports") return [port(v.port)];
  return [v.kind === "number" ? v.number.text : text(v.text)];
}

const ports = (list: readonly ast.Port[]): Listing => commas(list.map(port));

export function transport(t: ast.Transport | undefined): readonly Piece[] {
  if (t === undefined) return [];
  if (t.kind === "protocol") return ["protocol", t.number.text];
  if ("ports" in t) return [t.kind, ports(t.ports)];
  return [t.kind, ...(t.type ? [t.type.name] : [])];
}

const owner = (o: ast.Owner): string => (o.kind === "id" ? o.id.text : text(o.text));

export function identity(i: ast.Identity): readonly string[] {
  switch (i.kind) {
    case "mark": {
      const mark = "kind" in i.value ? text(i.value) : i.value.text;
      return ["mark", i.mask ? `${mark}/${i.mask.text}` : mark];
    }
    case "user":
    case "group":
      return [i.kind, owner(i.owner)];
    default:
      return [i.kind, text(i.text)];
  }
}

export function who(w: ast.Who | undefined): readonly string[] {
  if (w === undefined) return [];
  return w.kind === "app" ? ["app", w.name.name] : identity(w.identity);
}

export const path = (p: ast.Path | undefined): readonly string[] => (p ? [p.kind, p.name.name] : []);

export const caveat = (c: ast.Caveat): readonly Piece[] => [
  ...(c.acceptRisk ? ["accept-risk", commas(c.acceptRisk.codes.map(({ name }) => name))] : []),
  ...textClause("reason", c.reason),
  ...textClause("owner", c.owner),
  ...textClause("ticket", c.ticket),
  ...(c.until ? ["until", c.until.text] : []),
];

export function whileOf(w: ast.While | undefined): readonly string[] {
  if (w === undefined) return [];
  const states = w.states.map(({ chain, level }) => (chain ? `${chain.name}:${level}` : level));
  return ["while", states.join(" or ")];
}

export const packet = (p: ast.Packet): readonly Piece[] => [
  p.direction,
  ...who(p.who),
  ...netsClause("from", p.from),
  ...(p.fromPorts ? [ports(p.fromPorts)] : []),
  ...netsClause("to", p.to),
  ...transport(p.transport),
  ...path(p.path),
];
