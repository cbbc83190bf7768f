import type * as ast from "../../parser/ast.ts";
import type { Parameters } from "./parameters.ts";

type Body = Exclude<ast.Statement, ast.Param | ast.Import>;

/** A statement with the values of its parameters in their places. What names no parameter is as it was. */
export function substitute(p: Parameters, s: Body): Body {
  switch (s.kind) {
    case "list":
      return { ...s, source: listSource(p, s.source) };
    case "link":
      return { ...s, block: block(s.block, (item) => (item.kind === "interface" ? interfaceItem(p, item) : item)) };
    case "helper":
      return { ...s, block: block(s.block, (item) => helperItem(p, item)) };
    case "tunnel":
      return { ...s, block: block(s.block, (item) => tunnelItem(p, item)) };
    case "dns":
      return {
        ...s,
        ...(s.resolvers && { resolvers: nets(p, s.resolvers) }),
        ...(s.who && { who: who(p, s.who) }),
        suffixes: s.suffixes.map((suffix) => p.text(suffix)),
        caveat: caveat(p, s.caveat),
      };
    case "allow":
      return { ...s, opening: opening(p, s.opening), caveat: caveat(p, s.caveat) };
    case "deny":
      return { ...s, packet: packet(p, s.packet), caveat: caveat(p, s.caveat) };
    case "forward":
      return { ...s, route: s.route === "block" ? s.route : route(p, s.route), caveat: caveat(p, s.caveat) };
    case "app":
      return {
        ...s,
        block: block(s.block, (item) =>
          item.kind === "identity" ? { ...item, identity: identity(p, item.identity) } : item,
        ),
      };
    case "watch":
      return { ...s, block: block(s.block, (item) => probe(p, item)) };
    case "reconnect":
      return {
        ...s,
        block: block(s.block, (item) =>
          item.kind === "run" ? { ...item, argv: item.argv.map((word) => p.text(word)) } : item,
        ),
      };
    case "portal":
      return {
        ...s,
        ...(s.who && { who: who(p, s.who) }),
        ...(s.to && { to: nets(p, s.to) }),
        service: service(p, s.service),
        caveat: caveat(p, s.caveat),
      };
    case "control":
      return {
        ...s,
        block: block(s.block, (item) => (item.kind === "group" ? { ...item, group: p.text(item.group) } : item)),
      };
    case "expect":
      return { ...s, packet: packet(p, s.packet) };
    case "chain":
    case "ipv6":
    case "scope":
    case "blocked":
    case "log":
    case "alert":
      return s;
  }
}

const block = <T extends ast.Item>(b: ast.Block<T>, item: (each: T) => T): ast.Block<T> => ({
  ...b,
  items: b.items.map(item),
});

function listSource(p: Parameters, source: ast.List["source"]): ast.List["source"] {
  if (source.kind !== "file") return { ...source, nets: nets(p, source.nets) };
  return { ...source, path: p.text(source.path), ...(source.sha256 && { sha256: p.text(source.sha256) }) };
}

// ---- values --------------------------------------------------------------------------------------------------------

/** The common case copies nothing: a list may hold a hundred thousand. */
const netList = (p: Parameters, list: readonly ast.Net[]): readonly ast.Net[] =>
  list.some(({ kind }) => kind === "param") ? list.flatMap((net) => p.nets(net)) : list;

const nets = (p: Parameters, n: ast.Nets): ast.Nets => ({
  ...n,
  include: netList(p, n.include),
  except: netList(p, n.except),
});

const service = (p: Parameters, s: ast.Service): ast.Service => ({ ...s, ports: s.ports.map((port) => p.port(port)) });

const transport = (p: Parameters, t: ast.Transport): ast.Transport => ("ports" in t ? service(p, t) : t);

function identity(p: Parameters, i: ast.Identity): ast.Identity {
  switch (i.kind) {
    case "mark":
      return { ...i, value: p.number(i.value) };
    case "user":
    case "group":
      return { ...i, owner: p.owner(i.owner) };
    default:
      return { ...i, text: p.text(i.text) };
  }
}

const who = (p: Parameters, w: ast.Who): ast.Who =>
  w.kind === "app" ? w : { ...w, identity: identity(p, w.identity) };

function caveat(p: Parameters, { reason, owner, ticket, ...rest }: ast.Caveat): ast.Caveat {
  return {
    ...rest,
    ...(reason && { reason: p.text(reason) }),
    ...(owner && { owner: p.text(owner) }),
    ...(ticket && { ticket: p.text(ticket) }),
  };
}

const packet = (p: Parameters, k: ast.Packet): ast.Packet => ({
  ...k,
  ...(k.who && { who: who(p, k.who) }),
  ...(k.from && { from: nets(p, k.from) }),
  ...(k.fromPorts && { fromPorts: k.fromPorts.map((port) => p.port(port)) }),
  ...(k.to && { to: nets(p, k.to) }),
  ...(k.transport && { transport: transport(p, k.transport) }),
});

function opening(p: Parameters, o: ast.Opening): ast.Opening {
  switch (o.kind) {
    case "packet":
      return { ...o, packet: packet(p, o.packet) };
    case "host":
      return {
        ...o,
        host: p.text(o.host),
        ...(o.at && { at: nets(p, o.at) }),
        ...(o.within && { within: nets(p, o.within) }),
        service: service(p, o.service),
      };
    default:
      return o;
  }
}

const side = (p: Parameters, s: ast.Side): ast.Side => ({ ...s, ...(s.nets && { nets: nets(p, s.nets) }) });

function route(p: Parameters, r: ast.Route): ast.Route {
  const { change } = r;
  return {
    ...r,
    from: side(p, r.from),
    to: side(p, r.to),
    ...(r.transport && { transport: transport(p, r.transport) }),
    ...(change?.kind === "rewrite" && {
      change: { ...change, to: p.net(change.to), ...(change.port && { port: p.port(change.port) }) },
    }),
  };
}

// ---- items of blocks -----------------------------------------------------------------------------------------------

const interfaceItem = (p: Parameters, item: ast.InterfaceItem): ast.InterfaceItem => ({
  ...item,
  names: item.names.map((name) => (name.device === "utun" ? name : { ...name, device: p.text(name.device) })),
});

function serverItem(p: Parameters, item: ast.ServerItem): ast.ServerItem {
  if (item.server.kind === "helper") return item;
  const { peer } = item.server;
  const one = ({ include, ...rest }: ast.Nets): ast.Nets => ({ ...rest, include: include.map((net) => p.net(net)) });
  return {
    ...item,
    server: {
      ...item.server,
      peer: {
        ...peer,
        ...(peer.host && { host: p.text(peer.host) }),
        ...(peer.nets && { nets: peer.host ? nets(p, peer.nets) : one(peer.nets) }),
        transport: transport(p, peer.transport),
        ...(peer.nat64 && { nat64: p.net(peer.nat64) }),
      },
    },
  };
}

const carrierItem = (p: Parameters, item: ast.CarrierItem): ast.CarrierItem => ({
  ...item,
  identities: item.identities.map((each) => identity(p, each)),
});

function helperItem(p: Parameters, item: ast.HelperItem): ast.HelperItem {
  switch (item.kind) {
    case "server":
      return serverItem(p, item);
    case "carrier":
      return carrierItem(p, item);
    case "listen":
      return { ...item, address: p.net(item.address), service: service(p, item.service) };
  }
}

function tunnelItem(p: Parameters, item: ast.TunnelItem): ast.TunnelItem {
  switch (item.kind) {
    case "interface":
      return interfaceItem(p, item);
    case "server":
      return serverItem(p, item);
    case "carrier":
      return carrierItem(p, item);
    case "address":
      return item.addresses === "assigned" ? item : { ...item, addresses: nets(p, item.addresses) };
    case "carries":
      return { ...item, ...(item.nets && { nets: nets(p, item.nets) }) };
    case "protocol":
      return item;
  }
}

function probe(p: Parameters, item: ast.ProbeItem): ast.ProbeItem {
  switch (item.kind) {
    case "route":
      return { ...item, nets: nets(p, item.nets) };
    case "heartbeat":
      return { ...item, targets: nets(p, item.targets) };
    case "management":
      return { ...item, socket: p.text(item.socket) };
    default:
      return item;
  }
}
