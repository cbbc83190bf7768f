import type { CstNode } from "chevrotain";
import type * as ast from "./ast.ts";
import { blockOf, type Context, chosen, type Line, one, spanOfNode, triviaOf } from "./build-context.ts";
import {
  appItem,
  binding,
  controlItem,
  helperItem,
  linkItem,
  probe,
  reconnectItem,
  tunnelItem,
} from "./build-items.ts";
import * as v from "./build-values.ts";
import type * as cst from "./cst.generated.ts";

// Statements: one function per production.

/** What every statement has. */
function base(ctx: Context, node: CstNode, line: Line): Pick<ast.Statement, "span" | "trivia"> {
  const span = spanOfNode(ctx, node);
  return { span, trivia: triviaOf(ctx, line, span) };
}

export function statement(ctx: Context, { children: c }: cst.StatementCstNode, line: Line): ast.Statement {
  if (c.param) return param(ctx, one(c.param), line);
  if (c.import) return importOf(ctx, one(c.import), line);
  if (c.list) return list(ctx, one(c.list), line);
  if (c.link) return link(ctx, one(c.link), line);
  if (c.helper) return helper(ctx, one(c.helper), line);
  if (c.tunnel) return tunnel(ctx, one(c.tunnel), line);
  if (c.chain) return chain(ctx, one(c.chain), line);
  if (c.dns) return dns(ctx, one(c.dns), line);
  if (c.ipv6) return ipv6(ctx, one(c.ipv6), line);
  if (c.allow) return allow(ctx, one(c.allow), line);
  if (c.deny) return deny(ctx, one(c.deny), line);
  if (c.forward) return forward(ctx, one(c.forward), line);
  if (c.app) return app(ctx, one(c.app), line);
  if (c.scope) return scope(ctx, one(c.scope), line);
  if (c.blocked) return blocked(ctx, one(c.blocked), line);
  if (c.log) return log(ctx, one(c.log), line);
  if (c.watch) return watch(ctx, one(c.watch), line);
  if (c.reconnect) return reconnect(ctx, one(c.reconnect), line);
  if (c.alert) return alert(ctx, one(c.alert), line);
  if (c.portal) return portal(ctx, one(c.portal), line);
  if (c.control) return control(ctx, one(c.control), line);
  return expect(ctx, one(c.expect), line);
}

const param = (ctx: Context, node: cst.ParamCstNode, line: Line): ast.Param => ({
  kind: "param",
  name: v.identifier(ctx, one(node.children.NAME)),
  type: chosen(node.children.type, ["address", "network", "port", "number", "text"]),
  ...(node.children.value && { default: v.value(ctx, one(node.children.value)) }),
  ...base(ctx, node, line),
});

function importOf(ctx: Context, node: cst.ImportCstNode, line: Line): ast.Import {
  const { children: c } = node;
  const path = v.text(ctx, one(c.TEXT));
  if (!c.binding || !c.NL) return { kind: "import", path, ...base(ctx, node, line) };
  const span = spanOfNode(ctx, node);
  const { trivia, block } = blockOf(ctx, line, span, c.NL, c.binding, binding);
  return { kind: "import", path, bindings: block, span, trivia };
}

const list = (ctx: Context, node: cst.ListCstNode, line: Line): ast.List => ({
  kind: "list",
  name: v.identifier(ctx, one(node.children.NAME)),
  source: listSource(ctx, node),
  ...base(ctx, node, line),
});

function listSource(ctx: Context, { children: c }: cst.ListCstNode): ast.List["source"] {
  if (c.nets) return { kind: "inline", nets: v.nets(ctx, one(c.nets)) };
  return {
    kind: "file",
    path: v.text(ctx, one(c.path)),
    ...(c.digest && { sha256: v.text(ctx, one(c.digest)) }),
    ...(c.INTEGER && { noWiderThan: v.integer(ctx, one(c.INTEGER)) }),
  };
}

function link(ctx: Context, node: cst.LinkCstNode, line: Line): ast.Link {
  const { children: c } = node;
  const span = spanOfNode(ctx, node);
  return {
    kind: "link",
    name: v.identifier(ctx, one(c.NAME)),
    span,
    ...blockOf(ctx, line, span, c.NL, c.linkItem, linkItem),
  };
}

function helper(ctx: Context, node: cst.HelperCstNode, line: Line): ast.Helper {
  const { children: c } = node;
  const span = spanOfNode(ctx, node);
  const name = v.identifier(ctx, one(c.NAME));
  return { kind: "helper", name, span, ...blockOf(ctx, line, span, c.NL, c.helperItem, helperItem) };
}

function tunnel(ctx: Context, node: cst.TunnelCstNode, line: Line): ast.Tunnel {
  const { children: c } = node;
  const span = spanOfNode(ctx, node);
  const name = v.identifier(ctx, one(c.NAME));
  return { kind: "tunnel", name, span, ...blockOf(ctx, line, span, c.NL, c.tunnelItem, tunnelItem) };
}

const chain = (ctx: Context, node: cst.ChainCstNode, line: Line): ast.Chain => ({
  kind: "chain",
  name: v.identifier(ctx, one(node.children.NAME)),
  hops: node.children.hop.map((hop) => v.identifier(ctx, hop)),
  ...base(ctx, node, line),
});

function dns(ctx: Context, node: cst.DnsCstNode, line: Line): ast.Dns {
  const { children: c } = node;
  return {
    kind: "dns",
    ...(c.nets && { resolvers: v.nets(ctx, one(c.nets)) }),
    ...(c.who && { who: v.who(ctx, one(c.who)) }),
    ...(c.path && { path: v.path(ctx, one(c.path)) }),
    suffixes: (c.TEXT ?? []).map((token) => v.text(ctx, token)),
    redirect: c.KwRedirect !== undefined,
    caveat: c.caveat ? v.caveat(ctx, one(c.caveat)) : {},
    ...base(ctx, node, line),
  };
}

const ipv6 = (ctx: Context, node: cst.Ipv6CstNode, line: Line): ast.Ipv6 => ({
  kind: "ipv6",
  mode: chosen(node.children.mode, ["tunnel", "block"]),
  ...base(ctx, node, line),
});

function opening(ctx: Context, node: cst.OpeningCstNode): ast.Opening {
  const { children: c } = node;
  const span = spanOfNode(ctx, node);
  const path = c.on && { path: v.on(ctx, one(c.on)) };
  if (c.KwDhcp) return { kind: c.KwServer ? "dhcp-server" : "dhcp", ...path, span };
  if (c.KwRouterAdvertisement) return { kind: "router-advertisement", ...path, span };
  if (c.kind) return { kind: chosen(c.kind, ["discovery", "lan"]), ...path, span };
  return {
    kind: "host",
    host: v.text(ctx, one(c.TEXT)),
    ...(c.addresses && { at: v.nets(ctx, one(c.addresses)) }),
    ...(c.bounds && { within: v.nets(ctx, one(c.bounds)) }),
    service: v.service(ctx, one(c.service)),
    ...path,
    span,
  };
}

function allowed(ctx: Context, { children: c }: cst.AllowCstNode): ast.Opening {
  if (c.opening) return opening(ctx, one(c.opening));
  const packet = v.packet(ctx, one(c.packet));
  return { kind: "packet", packet, span: packet.span };
}

const allow = (ctx: Context, node: cst.AllowCstNode, line: Line): ast.Allow => ({
  kind: "allow",
  opening: allowed(ctx, node),
  ...(node.children.while && { while: v.whileOf(ctx, one(node.children.while)) }),
  caveat: v.caveat(ctx, one(node.children.caveat)),
  ...base(ctx, node, line),
});

const deny = (ctx: Context, node: cst.DenyCstNode, line: Line): ast.Deny => ({
  kind: "deny",
  packet: v.packet(ctx, one(node.children.packet)),
  ...(node.children.while && { while: v.whileOf(ctx, one(node.children.while)) }),
  caveat: v.caveat(ctx, one(node.children.caveat)),
  ...base(ctx, node, line),
});

const side = (ctx: Context, node: cst.SideCstNode): ast.Side => ({
  kind: chosen(node.children.kind, ["link", "tunnel"]),
  name: v.identifier(ctx, one(node.children.NAME)),
  ...(node.children.nets && { nets: v.nets(ctx, one(node.children.nets)) }),
  span: spanOfNode(ctx, node),
});

function routeChange(ctx: Context, { children: c }: cst.RouteCstNode): Pick<ast.Route, "change"> {
  if (c.KwMasquerade) return { change: { kind: "masquerade" } };
  if (!c.KwRewrite) return {};
  return { change: { kind: "rewrite", to: v.net(ctx, one(c.NET)), ...(c.PORT && { port: v.port(ctx, one(c.PORT)) }) } };
}

const route = (ctx: Context, node: cst.RouteCstNode): ast.Route => ({
  from: side(ctx, one(node.children.source)),
  to: side(ctx, one(node.children.destination)),
  ...(node.children.transport && { transport: v.transport(ctx, one(node.children.transport)) }),
  ...routeChange(ctx, node),
  span: spanOfNode(ctx, node),
});

function forward(ctx: Context, node: cst.ForwardCstNode, line: Line): ast.Forward {
  const { children: c } = node;
  return {
    kind: "forward",
    route: c.route ? route(ctx, one(c.route)) : "block",
    ...(c.while && { while: v.whileOf(ctx, one(c.while)) }),
    caveat: c.caveat ? v.caveat(ctx, one(c.caveat)) : {},
    ...base(ctx, node, line),
  };
}

function app(ctx: Context, node: cst.AppCstNode, line: Line): ast.App {
  const { children: c } = node;
  const span = spanOfNode(ctx, node);
  return {
    kind: "app",
    name: v.identifier(ctx, one(c.NAME)),
    span,
    ...blockOf(ctx, line, span, c.NL, c.appItem, appItem),
  };
}

const scope = (ctx: Context, node: cst.ScopeCstNode, line: Line): ast.Scope => ({
  kind: "scope",
  scope: chosen(node.children.scope, ["machine", "apps", "carried"]),
  ...base(ctx, node, line),
});

const blocked = (ctx: Context, node: cst.BlockedCstNode, line: Line): ast.Blocked => ({
  kind: "blocked",
  direction: chosen(node.children.direction, ["out", "forward"]),
  how: chosen(node.children.how, ["reject", "drop"]),
  ...base(ctx, node, line),
});

const log = (ctx: Context, node: cst.LogCstNode, line: Line): ast.Log => ({
  kind: "log",
  count: v.integer(ctx, one(node.children.INTEGER)),
  per: v.duration(ctx, one(node.children.DURATION)),
  ...base(ctx, node, line),
});

const alert = (ctx: Context, node: cst.AlertCstNode, line: Line): ast.Alert => ({
  kind: "alert",
  channels: (node.children.channel ?? []).map((token) => chosen([token], ["desktop", "log"])),
  ...base(ctx, node, line),
});

function watch(ctx: Context, node: cst.WatchCstNode, line: Line): ast.Watch {
  const { children: c } = node;
  const span = spanOfNode(ctx, node);
  return {
    kind: "watch",
    tunnel: v.identifier(ctx, one(c.NAME)),
    span,
    ...blockOf(ctx, line, span, c.NL, c.probe, probe),
  };
}

function reconnect(ctx: Context, node: cst.ReconnectCstNode, line: Line): ast.Reconnect {
  const { children: c } = node;
  const span = spanOfNode(ctx, node);
  const name = v.identifier(ctx, one(c.NAME));
  return { kind: "reconnect", tunnel: name, span, ...blockOf(ctx, line, span, c.NL, c.reconnectItem, reconnectItem) };
}

function portal(ctx: Context, node: cst.PortalCstNode, line: Line): ast.Portal {
  const { children: c } = node;
  return {
    kind: "portal",
    limit: v.duration(ctx, one(c.DURATION)),
    ...(c.who && { who: v.who(ctx, one(c.who)) }),
    ...(c.nets && { to: v.nets(ctx, one(c.nets)) }),
    service: v.service(ctx, one(c.service)),
    dns: c.KwDns !== undefined,
    caveat: v.caveat(ctx, one(c.caveat)),
    ...base(ctx, node, line),
  };
}

function control(ctx: Context, node: cst.ControlCstNode, line: Line): ast.Control {
  const span = spanOfNode(ctx, node);
  return {
    kind: "control",
    span,
    ...blockOf(ctx, line, span, node.children.NL, node.children.controlItem, controlItem),
  };
}

const expect = (ctx: Context, node: cst.ExpectCstNode, line: Line): ast.Expect => ({
  kind: "expect",
  verdict: chosen(node.children.verdict, ["allow", "drop"]),
  packet: v.packet(ctx, one(node.children.packet)),
  reply: node.children.KwReply !== undefined,
  ...(node.children.while && { while: v.whileOf(ctx, one(node.children.while)) }),
  ...base(ctx, node, line),
});
