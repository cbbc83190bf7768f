import type * as ast from "./ast.ts";
import type { Piece } from "./layout.ts";
import {
  caveat,
  commas,
  identity,
  net,
  nets,
  netsClause,
  packet,
  path,
  port,
  text,
  textClause,
  transport,
  value,
  whileOf,
  who,
} from "./print-values.ts";

// The words of statements and items: the twin of build-statements.ts and build-items.ts.

interface PrintedBlock {
  readonly items: readonly { readonly trivia: ast.Trivia; readonly pieces: readonly Piece[] }[];
  readonly end: readonly string[];
  readonly behind?: string;
}
export interface Printed {
  readonly head: readonly Piece[];
  readonly block?: PrintedBlock;
}

function withBlock<T extends ast.Item>(
  head: readonly Piece[],
  block: ast.Block<T>,
  item: (item: T) => readonly Piece[],
): Printed {
  const items = block.items.map((each) => ({ trivia: each.trivia, pieces: item(each) }));
  return { head: [...head, "{"], block: { ...block, items } };
}

export function printed(s: ast.Statement): Printed {
  switch (s.kind) {
    case "param":
      return { head: ["param", s.name.name, s.type, ...(s.default ? ["=", ...value(s.default)] : [])] };
    case "import": {
      const head = ["import", text(s.path)];
      return s.bindings ? withBlock(head, s.bindings, ({ name, value: v }) => [name.name, "=", ...value(v)]) : { head };
    }
    case "list":
      return { head: ["list", s.name.name, ...listSource(s.source)] };
    case "link":
      return withBlock(["link", s.name.name], s.block, linkItem);
    case "helper":
      return withBlock(["helper", s.name.name], s.block, helperItem);
    case "tunnel":
      return withBlock(["tunnel", s.name.name], s.block, tunnelItem);
    case "chain":
      return {
        head: ["chain", s.name.name, "=", { separator: " ->", items: s.hops.map(({ name }) => ({ text: name })) }],
      };
    case "dns":
      return { head: ["dns", ...dns(s)] };
    case "ipv6":
      return { head: ["ipv6", s.mode] };
    case "allow":
      return { head: ["allow", ...opening(s.opening), ...whileOf(s.while), ...caveat(s.caveat)] };
    case "deny":
      return { head: ["deny", ...packet(s.packet), ...whileOf(s.while), ...caveat(s.caveat)] };
    case "forward":
      return {
        head: [
          "forward",
          ...(s.route === "block" ? ["block"] : route(s.route)),
          ...whileOf(s.while),
          ...caveat(s.caveat),
        ],
      };
    case "app":
      return withBlock(["app", s.name.name], s.block, appItem);
    case "scope":
      return { head: ["scope", s.scope] };
    case "blocked":
      return { head: ["blocked", s.direction, s.how] };
    case "log":
      return { head: ["log", "blocked", "at", "most", s.count.text, "per", s.per.text] };
    case "watch":
      return withBlock(["watch", s.tunnel.name], s.block, probe);
    case "reconnect":
      return withBlock(["reconnect", s.tunnel.name], s.block, reconnectItem);
    case "alert":
      return { head: ["alert", commas(s.channels)] };
    case "portal":
      return { head: ["portal", ...portal(s)] };
    case "control":
      return withBlock(["control"], s.block, controlItem);
    case "expect":
      return { head: ["expect", s.verdict, ...packet(s.packet), ...(s.reply ? ["reply"] : []), ...whileOf(s.while)] };
  }
}

function listSource(source: ast.List["source"]): readonly Piece[] {
  if (source.kind === "inline") return ["=", ...nets(source.nets)];
  const { path: file, sha256, noWiderThan } = source.kind === "file" ? source : source.file;
  return [
    "from",
    text(file),
    ...textClause("sha256", sha256),
    ...(noWiderThan ? ["no", "wider", "than", `/${noWiderThan.text}`] : []),
  ];
}

function dns(s: ast.Dns): readonly Piece[] {
  if (s.resolvers === undefined) return ["none"];
  const suffixes = s.suffixes.length > 0 ? ["for", commas(s.suffixes.map(text))] : [];
  const redirect = s.redirect ? ["redirect"] : [];
  return [...nets(s.resolvers), ...who(s.who), ...path(s.path), ...suffixes, ...redirect, ...caveat(s.caveat)];
}

function opening(o: ast.Opening): readonly Piece[] {
  switch (o.kind) {
    case "packet":
      return packet(o.packet);
    case "host":
      return [
        "host",
        text(o.host),
        ...netsClause("at", o.at),
        ...netsClause("within", o.within),
        ...transport(o.service),
        ...path(o.path),
      ];
    case "dhcp-server":
      return ["dhcp", "server", ...path(o.path)];
    default:
      return [o.kind, ...path(o.path)];
  }
}

const side = (s: ast.Side): readonly Piece[] => [s.kind, s.name.name, ...(s.nets ? nets(s.nets) : [])];

function route({ from, to, transport: t, change }: ast.Route): readonly Piece[] {
  const head = ["from", ...side(from), "to", ...side(to), ...transport(t)];
  if (change === undefined) return head;
  if (change.kind === "masquerade") return [...head, "masquerade"];
  return [...head, "rewrite", "to", net(change.to), ...(change.port ? [port(change.port)] : [])];
}

const portal = (s: ast.Portal): readonly Piece[] => [
  "for",
  s.limit.text,
  ...who(s.who),
  ...netsClause("to", s.to),
  ...transport(s.service),
  ...(s.dns ? ["and", "dns"] : []),
  ...caveat(s.caveat),
];

// ---- items of blocks ---------------------------------------------------------------------------------------------

const device = (d: ast.InterfaceName["device"]): string => (d === "utun" ? d : text(d));

/** Names for every system stand in one list, names by system behind each other. */
const interfaceItem = ({ names }: ast.InterfaceItem): readonly Piece[] =>
  names.some(({ os }) => os)
    ? ["interface", ...names.flatMap((name) => [name.os ?? "", device(name.device)])]
    : ["interface", commas(names.map((name) => device(name.device)))];

const linkItem = (item: ast.LinkItem): readonly Piece[] =>
  item.kind === "interface" ? interfaceItem(item) : ["role", item.role];

function serverItem({ server }: ast.ServerItem): readonly Piece[] {
  if (server.kind === "helper") return ["server", "helper", server.name.name];
  const { host, nets: addresses, transport: t, nat64 } = server.peer;
  return [
    "server",
    ...(host ? ["host", text(host), ...netsClause("at", addresses)] : addresses ? nets(addresses) : []),
    ...transport(t),
    ...(nat64 ? ["nat64", net(nat64)] : []),
  ];
}

const carrierItem = ({ os, identities }: ast.CarrierItem): readonly Piece[] => [
  "carrier",
  ...(os ? [os] : []),
  identities.map((each) => identity(each).join(" ")).join(" and "),
];

function helperItem(item: ast.HelperItem): readonly Piece[] {
  switch (item.kind) {
    case "server":
      return serverItem(item);
    case "carrier":
      return carrierItem(item);
    case "listen":
      return ["listen", net(item.address), ...transport(item.service)];
  }
}

function tunnelItem(item: ast.TunnelItem): readonly Piece[] {
  switch (item.kind) {
    case "protocol":
      return ["protocol", item.protocol];
    case "interface":
      return interfaceItem(item);
    case "server":
      return serverItem(item);
    case "carrier":
      return carrierItem(item);
    case "address":
      return ["address", ...(item.addresses === "assigned" ? ["assigned"] : nets(item.addresses))];
    case "carries":
      return item.everything
        ? ["carries", "everything", ...netsClause("and", item.nets)]
        : netsClause("carries", item.nets);
  }
}

function appItem(item: ast.AppItem): readonly Piece[] {
  switch (item.kind) {
    case "identity":
      return [item.os, ...identity(item.identity)];
    case "traffic":
      return ["traffic", item.traffic];
    case "on-loss":
      return ["on", "loss", item.onLoss];
  }
}

function probe(item: ast.ProbeItem): readonly Piece[] {
  switch (item.kind) {
    case "interface":
      return ["interface"];
    case "handshake":
      return ["handshake", "within", item.within.text];
    case "management":
      return ["management", text(item.socket)];
    case "route":
      return netsClause("route", item.nets);
    case "heartbeat":
      return ["heartbeat", ...nets(item.targets), "every", item.every.text, "lost", "after", item.lostAfter.text];
  }
}

const reconnectItem = (item: ast.ReconnectItem): readonly Piece[] =>
  item.kind === "run"
    ? [...(item.os ? [item.os] : []), "run", ...item.argv.map(text)]
    : ["backoff", item.from.text, "to", item.to.text];

function controlItem(item: ast.ControlItem): readonly Piece[] {
  switch (item.kind) {
    case "group":
      return ["group", text(item.group)];
    case "confirm":
      return ["confirm", "within", item.within.text];
    case "disable":
      return ["disable", ...(typeof item.disable === "string" ? [item.disable] : ["for", item.disable.text])];
  }
}
