import type { CstNode } from "chevrotain";
import type * as ast from "./ast.ts";
import { type Context, chosen, type Line, one, spanOf, spanOfNode, triviaOf } from "./build-context.ts";
import {
  carried,
  duration,
  identifier,
  identity,
  integer,
  net,
  nets,
  os,
  service,
  text,
  value,
} from "./build-values.ts";
import type * as cst from "./cst.generated.ts";

// Lines inside blocks: one function per production.

/** What every item has. */
function base(ctx: Context, node: CstNode, line: Line): ast.Item {
  const span = spanOfNode(ctx, node);
  return { span, trivia: triviaOf(ctx, line, span) };
}

export const binding = (ctx: Context, node: cst.BindingCstNode, line: Line): ast.Binding => ({
  name: identifier(ctx, one(node.children.NAME)),
  value: value(ctx, one(node.children.value)),
  ...base(ctx, node, line),
});

function interfaceNames(ctx: Context, { children: c }: cst.InterfaceCstNode): readonly ast.InterfaceName[] {
  if (c.TEXT) return c.TEXT.map((token) => ({ device: text(ctx, token), span: spanOf(ctx, token) }));
  const names = c.ifname ?? [];
  return (c.OS ?? []).map((system, i) => {
    const { children } = one(names, i);
    const device = one(children.TEXT ?? children.KwUtun);
    const span = { ...spanOf(ctx, system), end: spanOf(ctx, device).end };
    return { os: os(system), device: children.TEXT ? text(ctx, device) : "utun", span };
  });
}

const interfaceItem = (ctx: Context, node: cst.InterfaceCstNode, line: Line): ast.InterfaceItem => ({
  kind: "interface",
  names: interfaceNames(ctx, node),
  ...base(ctx, node, line),
});

export function linkItem(ctx: Context, node: cst.LinkItemCstNode, line: Line): ast.LinkItem {
  const { children: c } = node;
  if (c.interface) return interfaceItem(ctx, one(c.interface), line);
  return { kind: "role", role: chosen(c.role, ["outside", "inside"]), ...base(ctx, node, line) };
}

function peer(ctx: Context, node: cst.PeerCstNode, nat64: ast.Net | undefined): ast.Peer {
  const { children: c } = node;
  const single = c.NET && net(ctx, one(c.NET));
  return {
    ...(c.TEXT && { host: text(ctx, one(c.TEXT)) }),
    ...(single && { nets: { include: [single], except: [], span: single.span } }),
    ...(c.nets && { nets: nets(ctx, one(c.nets)) }),
    transport: carried(ctx, one(c.carried)),
    ...(nat64 && { nat64 }),
    span: spanOfNode(ctx, node),
  };
}

const serverItem = (ctx: Context, node: cst.ServerCstNode, line: Line): ast.ServerItem => {
  const { children: c } = node;
  return {
    kind: "server",
    server: c.peer
      ? { kind: "peer", peer: peer(ctx, one(c.peer), c.NET && net(ctx, one(c.NET))) }
      : { kind: "helper", name: identifier(ctx, one(c.NAME)) },
    ...base(ctx, node, line),
  };
};

const carrierItem = (ctx: Context, node: cst.CarrierCstNode, line: Line): ast.CarrierItem => ({
  kind: "carrier",
  ...(node.children.OS && { os: os(one(node.children.OS)) }),
  identities: node.children.identity.map((each) => identity(ctx, each)),
  ...base(ctx, node, line),
});

export function helperItem(ctx: Context, node: cst.HelperItemCstNode, line: Line): ast.HelperItem {
  const { children: c } = node;
  if (c.server) return serverItem(ctx, one(c.server), line);
  if (c.carrier) return carrierItem(ctx, one(c.carrier), line);
  return {
    kind: "listen",
    address: net(ctx, one(c.NET)),
    service: service(ctx, one(c.service)),
    ...base(ctx, node, line),
  };
}

export function tunnelItem(ctx: Context, node: cst.TunnelItemCstNode, line: Line): ast.TunnelItem {
  const { children: c } = node;
  if (c.interface) return interfaceItem(ctx, one(c.interface), line);
  if (c.server) return serverItem(ctx, one(c.server), line);
  if (c.carrier) return carrierItem(ctx, one(c.carrier), line);
  const common = base(ctx, node, line);
  if (c.address) {
    const { nets: addresses } = one(c.address).children;
    return { kind: "address", addresses: addresses ? nets(ctx, one(addresses)) : "assigned", ...common };
  }
  if (c.carries) {
    const { KwEverything: everything, nets: some } = one(c.carries).children;
    return {
      kind: "carries",
      everything: everything !== undefined,
      ...(some && { nets: nets(ctx, one(some)) }),
      ...common,
    };
  }
  return { kind: "protocol", protocol: chosen(c.protocol, ["wireguard", "openvpn", "ipsec", "other"]), ...common };
}

export function appItem(ctx: Context, node: cst.AppItemCstNode, line: Line): ast.AppItem {
  const { children: c } = node;
  const common = base(ctx, node, line);
  if (c.identity) return { kind: "identity", os: os(one(c.OS)), identity: identity(ctx, one(c.identity)), ...common };
  if (c.traffic) return { kind: "traffic", traffic: chosen(c.traffic, ["tunnel", "outside", "none"]), ...common };
  return { kind: "on-loss", onLoss: chosen(c.onLoss, ["pause", "keep"]), ...common };
}

export function probe(ctx: Context, node: cst.ProbeCstNode, line: Line): ast.ProbeItem {
  const { children: c } = node;
  const common = base(ctx, node, line);
  if (c.KwInterface) return { kind: "interface", ...common };
  if (c.KwManagement) return { kind: "management", socket: text(ctx, one(c.TEXT)), ...common };
  if (c.KwRoute) return { kind: "route", nets: nets(ctx, one(c.nets)), ...common };
  const time = duration(ctx, one(c.DURATION));
  if (c.KwHandshake) return { kind: "handshake", within: time, ...common };
  return {
    kind: "heartbeat",
    targets: nets(ctx, one(c.nets)),
    every: time,
    lostAfter: integer(ctx, one(c.INTEGER)),
    ...common,
  };
}

export function reconnectItem(ctx: Context, node: cst.ReconnectItemCstNode, line: Line): ast.ReconnectItem {
  const { children: c } = node;
  const common = base(ctx, node, line);
  if (c.TEXT) {
    const argv = c.TEXT.map((token) => text(ctx, token));
    return { kind: "run", ...(c.OS && { os: os(one(c.OS)) }), argv, ...common };
  }
  return { kind: "backoff", from: duration(ctx, one(c.first)), to: duration(ctx, one(c.last)), ...common };
}

export function controlItem(ctx: Context, node: cst.ControlItemCstNode, line: Line): ast.ControlItem {
  const { children: c } = node;
  const common = base(ctx, node, line);
  if (c.TEXT) return { kind: "group", group: text(ctx, one(c.TEXT)), ...common };
  if (c.within) return { kind: "confirm", within: duration(ctx, one(c.within)), ...common };
  return {
    kind: "disable",
    disable: c.limit ? duration(ctx, one(c.limit)) : chosen(c.may, ["never", "allowed"]),
    ...common,
  };
}
