import type { IToken } from "chevrotain";
import type * as ast from "./ast.ts";
import { type Context, chosen, one, spanOf, spanOfNode } from "./build-context.ts";
import type * as cst from "./cst.generated.ts";
import * as t from "./tokens.ts";

// Values that stand in many statements: one function per production.

export const identifier = (ctx: Context, token: IToken): ast.Identifier => ({
  name: token.image,
  span: spanOf(ctx, token),
});

export const integer = (ctx: Context, token: IToken): ast.Integer => ({
  value: Number(token.image),
  text: token.image,
  span: spanOf(ctx, token),
});

const date = (ctx: Context, token: IToken): ast.DateText => ({ text: token.image, span: spanOf(ctx, token) });

export const os = (token: IToken): ast.Os => chosen([token], ["linux", "windows", "macos"]);

export function text(ctx: Context, token: IToken): ast.Text {
  const { image, tokenType } = token;
  const span = spanOf(ctx, token);
  if (tokenType === t.PARAM) return { kind: "param", value: image.slice(1), span };
  const inner = image.slice(1, -1);
  if (tokenType === t.RAW) return { kind: "raw", value: inner, span };
  return { kind: "string", value: inner.replace(/\\(["\\])/g, "$1"), span };
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

export function duration(ctx: Context, token: IToken): ast.Duration {
  const [, count = "", unit = ""] = /^([0-9]+)([a-z]+)$/.exec(token.image) ?? [];
  return { milliseconds: Number(count) * (units[unit] ?? Number.NaN), text: token.image, span: spanOf(ctx, token) };
}

export function port(ctx: Context, token: IToken): ast.Port {
  const span = spanOf(ctx, token);
  if (token.tokenType === t.PARAM) return { kind: "param", name: token.image.slice(1), span };
  const [first = "", last = first] = token.image.split("-");
  return { kind: "range", first: Number(first), last: Number(last), span };
}

const netKinds = new Map<unknown, ast.Net["kind"]>([
  [t.ADDRESS, "address"],
  [t.PREFIX, "prefix"],
  [t.RANGE, "range"],
  [t.LIST, "list"],
  [t.PARAM, "param"],
]);

export function net(ctx: Context, token: IToken): ast.Net {
  const kind = netKinds.get(token.tokenType) ?? "address";
  const named = kind === "list" || kind === "param";
  return { kind, text: named ? token.image.slice(1) : token.image, span: spanOf(ctx, token) };
}

/** The comments behind a comma are its element's, those on lines of their own the next element's. */
function netList(ctx: Context, tokens: readonly IToken[] = [], commas: readonly IToken[] = []): readonly ast.Net[] {
  const nets = tokens.map((token) => net(ctx, token));
  const { elements } = ctx.continuations;
  if (elements.size === 0) return nets;
  const breakAfter = (i: number) => elements.get(commas[i]?.startOffset ?? -1);
  return nets.map((element, i) => {
    const before = breakAfter(i - 1)?.lines ?? [];
    const behind = breakAfter(i)?.behind;
    if (before.length === 0 && behind === undefined) return element;
    return { ...element, comments: { before, ...(behind !== undefined && { behind }) } };
  });
}

export const nets = (ctx: Context, node: cst.NetsCstNode): ast.Nets => ({
  include: netList(ctx, node.children.include, node.children.includeComma),
  except: netList(ctx, node.children.except, node.children.exceptComma),
  span: spanOfNode(ctx, node),
});

export function value(ctx: Context, { children: c }: cst.ValueCstNode): ast.Value {
  if (c.nets) return { kind: "nets", nets: nets(ctx, one(c.nets)) };
  if (c.PORTS) return { kind: "ports", port: port(ctx, one(c.PORTS)) };
  const number = c.INTEGER ?? c.NUMBER;
  if (number) return { kind: "number", number: integer(ctx, one(number)) };
  return { kind: "text", text: text(ctx, one(c.STRING ?? c.RAW)) };
}

const ports = (ctx: Context, { children }: cst.PortsCstNode): readonly ast.Port[] =>
  children.PORT.map((p) => port(ctx, p));

export const service = (ctx: Context, node: cst.ServiceCstNode): ast.Service => ({
  kind: chosen(node.children.protocol, ["tcp", "udp"]),
  ports: ports(ctx, one(node.children.ports)),
  span: spanOfNode(ctx, node),
});

const protocol = (ctx: Context, node: cst.CarriedCstNode | cst.TransportCstNode): ast.Transport => ({
  kind: "protocol",
  number: integer(ctx, one(node.children.INTEGER)),
  span: spanOfNode(ctx, node),
});

export const carried = (ctx: Context, node: cst.CarriedCstNode): ast.Transport =>
  node.children.service ? service(ctx, one(node.children.service)) : protocol(ctx, node);

export function transport(ctx: Context, node: cst.TransportCstNode): ast.Transport {
  const { children: c } = node;
  if (c.service) return service(ctx, one(c.service));
  if (!c.icmp) return protocol(ctx, node);
  return {
    kind: chosen(c.icmp, ["icmp", "icmpv6"]),
    ...(c.NAME && { type: identifier(ctx, one(c.NAME)) }),
    span: spanOfNode(ctx, node),
  };
}

const owner = (ctx: Context, { children: c }: cst.OwnerCstNode): ast.Owner =>
  c.TEXT ? { kind: "name", text: text(ctx, one(c.TEXT)) } : { kind: "id", id: integer(ctx, one(c.INTEGER)) };

export function identity(ctx: Context, node: cst.IdentityCstNode): ast.Identity {
  const { children: c } = node;
  const span = spanOfNode(ctx, node);
  if (c.mark) {
    const mark = one(c.mark);
    return {
      kind: "mark",
      value: mark.tokenType === t.PARAM ? text(ctx, mark) : integer(ctx, mark),
      ...(c.mask && { mask: integer(ctx, one(c.mask)) }),
      span,
    };
  }
  if (c.owner) return { kind: chosen(c.owned, ["user", "group"]), owner: owner(ctx, one(c.owner)), span };
  return { kind: chosen(c.named, ["slice", "program", "service"]), text: text(ctx, one(c.TEXT)), span };
}

export const who = (ctx: Context, { children: c }: cst.WhoCstNode): ast.Who =>
  c.identity
    ? { kind: "identity", identity: identity(ctx, one(c.identity)) }
    : { kind: "app", name: identifier(ctx, one(c.NAME)) };

export const on = (ctx: Context, node: cst.OnCstNode): ast.Path => ({
  kind: "on",
  name: identifier(ctx, one(node.children.NAME)),
  span: spanOfNode(ctx, node),
});

export const path = (ctx: Context, node: cst.PathCstNode): ast.Path =>
  node.children.on
    ? on(ctx, one(node.children.on))
    : { kind: "through", name: identifier(ctx, one(node.children.NAME)), span: spanOfNode(ctx, node) };

export const caveat = (ctx: Context, { children: c }: cst.CaveatCstNode): ast.Caveat => ({
  ...(c.KwAcceptRisk && { acceptRisk: acceptRisk(ctx, one(c.KwAcceptRisk), c.CODE ?? []) }),
  ...(c.reason && { reason: text(ctx, one(c.reason)) }),
  ...(c.owner && { owner: text(ctx, one(c.owner)) }),
  ...(c.ticket && { ticket: text(ctx, one(c.ticket)) }),
  ...(c.DATE && { until: date(ctx, one(c.DATE)) }),
});

function acceptRisk(ctx: Context, keyword: IToken, codes: readonly IToken[]): ast.AcceptRisk {
  const start = ctx.text.slice(0, keyword.startOffset).trimEnd().length;
  const { end } = spanOf(ctx, codes.at(-1) ?? keyword);
  return { codes: codes.map((code) => identifier(ctx, code)), span: { file: ctx.file, start, end } };
}

const state = (ctx: Context, node: cst.StateCstNode): ast.StateName => ({
  ...(node.children.NAME && { chain: identifier(ctx, one(node.children.NAME)) }),
  level: one(node.children.LEVEL).image,
  span: spanOfNode(ctx, node),
});

export const whileOf = (ctx: Context, node: cst.WhileCstNode): ast.While => ({
  states: node.children.state.map((s) => state(ctx, s)),
  span: spanOfNode(ctx, node),
});

export function packet(ctx: Context, node: cst.PacketCstNode): ast.Packet {
  const { children: c } = node;
  return {
    direction: chosen(c.direction, ["in", "out", "forward"]),
    ...(c.who && { who: who(ctx, one(c.who)) }),
    ...(c.source && { from: nets(ctx, one(c.source)) }),
    ...(c.ports && { fromPorts: ports(ctx, one(c.ports)) }),
    ...(c.destination && { to: nets(ctx, one(c.destination)) }),
    ...(c.transport && { transport: transport(ctx, one(c.transport)) }),
    ...(c.path && { path: path(ctx, one(c.path)) }),
    span: spanOfNode(ctx, node),
  };
}
