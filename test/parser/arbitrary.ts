import fc from "fast-check";
import type * as ast from "../../src/parser/ast.ts";
import { keywords } from "../../src/parser/tokens.ts";

// Any syntax tree that the grammar can write, with every optional part there or not.

const span = { file: "home.ksp", start: 0, end: 0 };

type Shape<T> = { readonly [K in keyof T]: fc.Arbitrary<T[K]> };
/** A record whose keys in `optional` may be absent. */
function record<T extends object, K extends keyof T = never>(
  shape: Shape<Required<T>>,
  ...optional: readonly K[]
): fc.Arbitrary<T> {
  const requiredKeys = Object.keys(shape).filter((key) => !optional.some((each) => each === key)) as (keyof T)[];
  return fc.record(shape, { requiredKeys }) as fc.Arbitrary<T>;
}
const spans = fc.constant(span);
const just = <const T>(value: T): fc.Arbitrary<T> => fc.constant(value);
const from = <const T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const some = <T>(each: fc.Arbitrary<T>, maxLength = 4): fc.Arbitrary<T[]> =>
  fc.array(each, { minLength: 1, maxLength });

// ---- values ------------------------------------------------------------------------------------------------------------

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,3}){0,2}$/);
/** Keywords are names, too. */
const name = fc.oneof(word, from(...keywords.map(({ PATTERN }) => String(PATTERN))), from("hop1", "hop99"));
const identifier = name.map((text): ast.Identifier => ({ name: text, span }));

const characters = fc.constantFrom(...('abz09 _-./\\"#{},:;$@é漢🦊'.match(/./gu) ?? []));
const content = fc.string({ unit: characters, maxLength: 12 });
const literal: fc.Arbitrary<ast.Text> = fc.oneof(
  content.map((value): ast.Text => ({ kind: "string", value, span })),
  content.map((value): ast.Text => ({ kind: "raw", value: `${value}"`, span })),
);
const text: fc.Arbitrary<ast.Text> = fc.oneof(
  literal,
  word.map((value): ast.Text => ({ kind: "param", value, span })),
);

const integer = fc.nat().map((value): ast.Integer => ({ value, text: `${value}`, span }));
const hex = fc.nat().map((value): ast.Integer => ({ value, text: `0x${value.toString(16)}`, span }));

const v4 = fc.ipV4();
const v6 = fc.ipV6().filter((address) => /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f.]*$/i.test(address));
const address = fc.oneof(v4, v6);
const range = fc.oneof(
  fc.tuple(v4, v4).map((pair) => pair.join("-")),
  fc.tuple(v6, v6).map((pair) => pair.join("-")),
);
const net: fc.Arbitrary<ast.Net> = fc.oneof(
  address.map((each): ast.Net => ({ kind: "address", text: each, span })),
  fc
    .tuple(address, fc.nat(128))
    .map(([each, length]): ast.Net => ({ kind: "prefix", text: `${each}/${length}`, span })),
  range.map((each): ast.Net => ({ kind: "range", text: each, span })),
  word.map((each): ast.Net => ({ kind: "list", text: each, span })),
  word.map((each): ast.Net => ({ kind: "param", text: each, span })),
);

const comment = fc.string({ unit: characters, maxLength: 12 }).map((each) => `# ${each}x`);
/** Comment lines with single blank lines among them. */
const commentLines = fc
  .array(fc.tuple(fc.boolean(), comment), { maxLength: 3 })
  .map((lines) => lines.flatMap(([blank, line], i) => (blank && i > 0 ? ["", line] : [line])));

/** Comments in a list need an element beside the comma that is no parameter: else they move above the statement. */
function commented(
  nets: readonly ast.Net[],
  comments: readonly { readonly before: readonly string[]; readonly behind?: string }[],
) {
  const known = (i: number) => nets[i] !== undefined && nets[i].kind !== "param";
  return nets.map((each, i): ast.Net => {
    const before = i > 0 && (known(i - 1) || known(i)) ? (comments[i]?.before ?? []) : [];
    const behind = i < nets.length - 1 && (known(i) || known(i + 1)) ? comments[i]?.behind : undefined;
    if (before.length === 0 && behind === undefined) return each;
    return { ...each, comments: { before, ...(behind !== undefined && { behind }) } };
  });
}
const netList = (minLength: number) =>
  fc
    .tuple(
      fc.array(net, { minLength, maxLength: 4 }),
      fc.oneof(
        just([]),
        fc.array(record<ast.Comments, "behind">({ before: commentLines, behind: comment }, "behind"), { maxLength: 4 }),
      ),
    )
    .map(([list, comments]) => commented(list, comments));
const nets: fc.Arbitrary<ast.Nets> = record<ast.Nets>({ include: netList(1), except: netList(0), span: spans });

const port: fc.Arbitrary<ast.Port> = fc.oneof(
  fc.nat(65535).map((first): ast.Port => ({ kind: "range", first, last: first, span })),
  fc.tuple(fc.nat(65535), fc.nat(65535)).map(([first, last]): ast.Port => ({ kind: "range", first, last, span })),
  word.map((each): ast.Port => ({ kind: "param", name: each, span })),
);
const ports = some(port);
const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const duration = fc
  .tuple(fc.nat(1_000_000), from("ms", "s", "m", "h"))
  .map(([count, unit]): ast.Duration => ({ milliseconds: count * units[unit], text: `${count}${unit}`, span }));
const date = fc.tuple(fc.nat(9999), fc.nat(99), fc.nat(99)).map(([y, m, d]): ast.DateText => {
  const pad = (n: number, width: number) => `${n}`.padStart(width, "0");
  return { text: `${pad(y, 4)}-${pad(m, 2)}-${pad(d, 2)}`, span };
});
const value: fc.Arbitrary<ast.Value> = fc.oneof(
  record<ast.Value>({ kind: just("nets"), nets }),
  fc
    .tuple(fc.nat(65535), fc.nat(65535))
    .map(
      ([a, b]): ast.Value => ({ kind: "ports", port: { kind: "range", first: a, last: a === b ? b + 1 : b, span } }),
    ),
  fc.oneof(integer, hex).map((number): ast.Value => ({ kind: "number", number })),
  literal.map((each): ast.Value => ({ kind: "text", text: each })),
);

const os: fc.Arbitrary<ast.Os> = from("linux", "windows", "macos");
const owner: fc.Arbitrary<ast.Owner> = fc.oneof(
  text.map((each): ast.Owner => ({ kind: "name", text: each })),
  integer.map((id): ast.Owner => ({ kind: "id", id })),
);
const paramText = word.map((each): ast.Text => ({ kind: "param", value: each, span }));
type Mark = Extract<ast.Identity, { kind: "mark" }>;
const identity: fc.Arbitrary<ast.Identity> = fc.oneof(
  record<Mark, "mask">({ kind: just("mark"), value: fc.oneof(hex, paramText), mask: hex, span: spans }, "mask"),
  record<Extract<ast.Identity, { owner: ast.Owner }>>({ kind: from("user", "group"), owner, span: spans }),
  record<Extract<ast.Identity, { text: ast.Text }>>({ kind: from("slice", "program", "service"), text, span: spans }),
);
const service: fc.Arbitrary<ast.Service> = record<ast.Service>({ kind: from("tcp", "udp"), ports, span: spans });
const protocol: fc.Arbitrary<ast.Transport> = integer.map(
  (number): ast.Transport => ({ kind: "protocol", number, span }),
);
const carried = fc.oneof(service, protocol);
const afterTransport = "on through while reply masquerade rewrite accept-risk reason owner ticket until".split(" ");
type Icmp = Extract<ast.Transport, { kind: "icmp" | "icmpv6" }>;
const icmp = record<Icmp, "type">(
  { kind: from("icmp", "icmpv6"), type: identifier.filter((each) => !afterTransport.includes(each.name)), span: spans },
  "type",
);
const transport: fc.Arbitrary<ast.Transport> = fc.oneof(carried, icmp);
const on = identifier.map((each): ast.Path => ({ kind: "on", name: each, span }));
const path = record<ast.Path>({ kind: from("on", "through"), name: identifier, span: spans });
const who: fc.Arbitrary<ast.Who> = fc.oneof(
  identifier.map((each): ast.Who => ({ kind: "app", name: each })),
  identity.map((each): ast.Who => ({ kind: "identity", identity: each })),
);
const code = fc.nat(9999).map((n): ast.Identifier => ({ name: `KSP${`${n}`.padStart(4, "0")}`, span }));
const acceptRisk = some(code, 3).map((codes): ast.AcceptRisk => ({ codes, span }));
const caveat = record<ast.Caveat, keyof ast.Caveat>(
  { acceptRisk, reason: text, owner: text, ticket: text, until: date },
  ...(["acceptRisk", "reason", "owner", "ticket", "until"] as const),
);
const level = from("down", "hop1", "hop12", "up", "portal", "disabled", "lockdown", "any");
const state = record<ast.StateName, "chain">({ chain: identifier, level, span: spans }, "chain");
const whileOf = some(state, 3).map((states): ast.While => ({ states, span }));
export const packet: fc.Arbitrary<ast.Packet> = record<ast.Packet, "who" | "from" | "to" | "transport" | "path">(
  {
    direction: from("in", "out", "forward"),
    who,
    from: nets,
    fromPorts: ports,
    to: nets,
    transport,
    path,
    span: spans,
  },
  ...(["who", "from", "fromPorts", "to", "transport", "path"] as const as readonly (
    | "who"
    | "from"
    | "to"
    | "transport"
    | "path"
  )[]),
).map((each) => {
  // Source ports stand behind source addresses only.
  const { fromPorts, ...rest } = each;
  return rest.from && fromPorts ? { ...rest, fromPorts } : rest;
});

// ---- items and statements --------------------------------------------------------------------------------------------------

const trivia = record<ast.Trivia, "behind">({ before: commentLines, behind: comment, blank: fc.boolean() }, "behind");
/** The optional parts of a statement that stand at its end. */
const common = { span: spans, trivia };

function block<T extends ast.Item>(item: fc.Arbitrary<T>): fc.Arbitrary<ast.Block<T>> {
  const first = (items: readonly T[]): readonly T[] =>
    items.map((each, i) => (i === 0 ? { ...each, trivia: { ...each.trivia, blank: false } } : each));
  return record<ast.Block<T>, "behind">({ items: some(item).map(first), end: commentLines, behind: comment }, "behind");
}

const interfaceNames: fc.Arbitrary<readonly ast.InterfaceName[]> = fc.oneof(
  some(text.map((device): ast.InterfaceName => ({ device, span }))),
  some(record<Required<ast.InterfaceName>>({ os, device: fc.oneof(text, just("utun" as const)), span: spans })),
);
const interfaceItem = record<ast.InterfaceItem>({ kind: just("interface"), names: interfaceNames, ...common });
const single = net.map((each): ast.Nets => ({ include: [each], except: [], span }));
const peer: fc.Arbitrary<ast.Peer> = fc.oneof(
  record<Omit<ast.Peer, "host">, "nat64">({ nets: single, transport: carried, nat64: net, span: spans }, "nat64"),
  record<ast.Peer & { readonly host: ast.Text }, "nat64">(
    { host: text, nets, transport: carried, nat64: net, span: spans },
    "nat64",
  ),
);
const serverItem: fc.Arbitrary<ast.ServerItem> = record<ast.ServerItem>({
  kind: just("server"),
  server: fc.oneof(
    identifier.map((each) => ({ kind: "helper" as const, name: each })),
    peer.map((each) => ({ kind: "peer" as const, peer: each })),
  ),
  ...common,
});
const carrierItem = record<ast.CarrierItem, "os">(
  { kind: just("carrier"), os, identities: some(identity, 3), ...common },
  "os",
);

const linkItem = fc.oneof(
  interfaceItem,
  record<ast.RoleItem>({ kind: just("role"), role: from("outside", "inside"), ...common }),
);
const helperItem = fc.oneof(
  serverItem,
  carrierItem,
  record<ast.ListenItem>({ kind: just("listen"), address: net, service, ...common }),
);
const tunnelItem = fc.oneof(
  interfaceItem,
  serverItem,
  carrierItem,
  record<ast.ProtocolItem>({
    kind: just("protocol"),
    protocol: from("wireguard", "openvpn", "ipsec", "other"),
    ...common,
  }),
  record<ast.AddressItem>({ kind: just("address"), addresses: fc.oneof(just("assigned" as const), nets), ...common }),
  record<ast.CarriesItem, "nets">({ kind: just("carries"), everything: just(true), nets, ...common }, "nets"),
  record<Required<ast.CarriesItem>>({ kind: just("carries"), everything: just(false), nets, ...common }),
);
type Of<U, K> = Extract<U, { readonly kind: K }>;
const appItem: fc.Arbitrary<ast.AppItem> = fc.oneof(
  record<Of<ast.AppItem, "identity">>({ kind: just("identity"), os, identity, ...common }),
  record<Of<ast.AppItem, "traffic">>({ kind: just("traffic"), traffic: from("tunnel", "outside", "none"), ...common }),
  record<Of<ast.AppItem, "on-loss">>({ kind: just("on-loss"), onLoss: from("pause", "keep"), ...common }),
);
const probe: fc.Arbitrary<ast.ProbeItem> = fc.oneof(
  record<Of<ast.ProbeItem, "interface">>({ kind: just("interface"), ...common }),
  record<Of<ast.ProbeItem, "handshake">>({ kind: just("handshake"), within: duration, ...common }),
  record<Of<ast.ProbeItem, "management">>({ kind: just("management"), socket: text, ...common }),
  record<Of<ast.ProbeItem, "route">>({ kind: just("route"), nets, ...common }),
  record<Of<ast.ProbeItem, "heartbeat">>({
    kind: just("heartbeat"),
    targets: nets,
    every: duration,
    lostAfter: integer,
    ...common,
  }),
);
const reconnectItem: fc.Arbitrary<ast.ReconnectItem> = fc.oneof(
  record<Of<ast.ReconnectItem, "run">, "os">({ kind: just("run"), os, argv: some(text), ...common }, "os"),
  record<Of<ast.ReconnectItem, "backoff">>({ kind: just("backoff"), from: duration, to: duration, ...common }),
);
const controlItem: fc.Arbitrary<ast.ControlItem> = fc.oneof(
  record<Of<ast.ControlItem, "group">>({ kind: just("group"), group: text, ...common }),
  record<Of<ast.ControlItem, "disable">>({
    kind: just("disable"),
    disable: fc.oneof(from("never", "allowed"), duration),
    ...common,
  }),
  record<Of<ast.ControlItem, "confirm">>({ kind: just("confirm"), within: duration, ...common }),
);
const binding = record<ast.Binding>({ name: identifier, value, ...common });

const listSource: fc.Arbitrary<ast.List["source"]> = fc.oneof(
  nets.map((each) => ({ kind: "inline" as const, nets: each })),
  record<Extract<ast.List["source"], { kind: "file" }>, "sha256" | "noWiderThan">(
    { kind: just("file"), path: text, sha256: text, noWiderThan: integer },
    "sha256",
    "noWiderThan",
  ),
);
type LanLike = Exclude<ast.Opening, { readonly kind: "host" | "packet" }>;
const opening: fc.Arbitrary<ast.Opening> = fc.oneof(
  record<LanLike, "path">({ kind: from("dhcp", "dhcp-server", "discovery", "lan"), path: on, span: spans }, "path"),
  on.map((each): ast.Opening => ({ kind: "router-advertisement", path: each, span })),
  record<Of<ast.Opening, "host">, "within" | "path">(
    { kind: just("host"), host: text, at: nets, within: nets, service, path: on, span: spans },
    "within",
    "path",
  ),
  packet.map((each): ast.Opening => ({ kind: "packet", packet: each, span })),
);
const side = record<ast.Side, "nets">({ kind: from("link", "tunnel"), name: identifier, nets, span: spans }, "nets");
type Rewrite = Extract<NonNullable<ast.Route["change"]>, { kind: "rewrite" }>;
const change: fc.Arbitrary<NonNullable<ast.Route["change"]>> = fc.oneof(
  just({ kind: "masquerade" as const }),
  record<Rewrite, "port">({ kind: just("rewrite"), to: net, port }, "port"),
);
const route = record<ast.Route, "transport" | "change">(
  { from: side, to: side, transport, change, span: spans },
  "transport",
  "change",
);
const none: ast.Caveat = {};

export const statement: fc.Arbitrary<ast.Statement> = fc.oneof(
  record<ast.Param, "default">(
    {
      kind: just("param"),
      name: identifier,
      type: from("address", "network", "port", "number", "text"),
      default: value,
      ...common,
    },
    "default",
  ),
  record<ast.Import, "bindings">({ kind: just("import"), path: text, bindings: block(binding), ...common }, "bindings"),
  record<ast.List>({ kind: just("list"), name: identifier, source: listSource, ...common }),
  record<ast.Link>({ kind: just("link"), name: identifier, block: block(linkItem), ...common }),
  record<ast.Helper>({ kind: just("helper"), name: identifier, block: block(helperItem), ...common }),
  record<ast.Tunnel>({ kind: just("tunnel"), name: identifier, block: block<ast.TunnelItem>(tunnelItem), ...common }),
  record<ast.Chain>({
    kind: just("chain"),
    name: identifier,
    hops: fc.array(identifier, { minLength: 2, maxLength: 4 }),
    ...common,
  }),
  trivia.map((each): ast.Dns => ({ kind: "dns", suffixes: [], redirect: false, caveat: none, span, trivia: each })),
  record<ast.Dns, "who">(
    {
      ...{ kind: just("dns"), resolvers: nets, who, path },
      ...{ suffixes: fc.array(text, { maxLength: 3 }), redirect: fc.boolean(), caveat, ...common },
    },
    "who",
  ),
  record<ast.Ipv6>({ kind: just("ipv6"), mode: from("tunnel", "block"), ...common }),
  record<ast.Allow, "while">({ kind: just("allow"), opening, while: whileOf, caveat, ...common }, "while"),
  record<ast.Deny, "while">({ kind: just("deny"), packet, while: whileOf, caveat, ...common }, "while"),
  trivia.map((each): ast.Forward => ({ kind: "forward", route: "block", caveat: none, span, trivia: each })),
  record<ast.Forward, "while">({ kind: just("forward"), route, while: whileOf, caveat, ...common }, "while"),
  record<ast.App>({ kind: just("app"), name: identifier, block: block(appItem), ...common }),
  record<ast.Scope>({ kind: just("scope"), scope: from("machine", "apps", "carried"), ...common }),
  record<ast.Blocked>({
    kind: just("blocked"),
    direction: from("out", "forward"),
    how: from("reject", "drop"),
    ...common,
  }),
  record<ast.Log>({ kind: just("log"), count: integer, per: duration, ...common }),
  record<ast.Watch>({ kind: just("watch"), tunnel: identifier, block: block(probe), ...common }),
  record<ast.Reconnect>({ kind: just("reconnect"), tunnel: identifier, block: block(reconnectItem), ...common }),
  record<ast.Alert>({ kind: just("alert"), channels: some(from("desktop", "log"), 3), ...common }),
  record<ast.Portal, "who" | "to">(
    { kind: just("portal"), limit: duration, who, to: nets, service, dns: fc.boolean(), caveat, ...common },
    "who",
    "to",
  ),
  record<ast.Control>({ kind: just("control"), block: block(controlItem), ...common }),
  record<ast.Expect, "while">(
    { kind: just("expect"), verdict: from("allow", "drop"), packet, reply: fc.boolean(), while: whileOf, ...common },
    "while",
  ),
);

export const file: fc.Arbitrary<ast.File> = record<ast.File>({
  version: just({ value: 1, text: "1", span }),
  type: from("policy", "fragment"),
  name: identifier,
  head: record<ast.File["head"]>({ version: trivia.map((each) => ({ ...each, blank: false })), name: trivia }),
  statements: fc.array(statement, { maxLength: 6 }),
  end: commentLines,
  span: spans,
});
