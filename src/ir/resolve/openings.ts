import type { Span } from "../../diagnostics/span.ts";
import { type Family, families } from "../../net/address.ts";
import {
  type AddressRange,
  type AddressSet,
  addressSet,
  formatSet,
  ofFamily,
  overlaps,
  subtract,
} from "../../net/address-set.ts";
import type { Transport } from "../../net/protocol.ts";
import type * as ast from "../../parser/ast.ts";
import { printStatement } from "../../parser/printer.ts";
import { isDay } from "../calendar.ts";
import type { Allow, Caveat, Condition, Deny, Dns, Expect, Opening, PacketPattern, Path, Portal } from "../policy.ts";
import type { Context } from "./context.ts";
import { partsOfPacket } from "./parts.ts";
import {
  type HostBits,
  listName,
  namesFileList,
  reportUnpinned,
  resolveEach,
  resolveIdentity,
  resolveNets,
  resolveTransport,
} from "./values.ts";
import { resolveHostName, resolveSuffixes } from "./words.ts";

export function resolveAllow(context: Context, allow: ast.Allow): Allow | undefined {
  const opening = resolveOpening(context, allow.opening);
  const condition = resolveWhile(context, allow.while);
  const caveat = resolveCaveat(context, allow.caveat, "KSP3001");
  if (!opening || !condition || !caveat) return undefined;
  const kind = opening.kind === "packets" ? opening.pattern.direction : opening.kind;
  const meaning = context.identify(
    `allow-${kind}`,
    allow,
    printStatement(allow),
    { opening, while: condition },
    partsOfPacket(allow.opening.kind === "packet" ? allow.opening.packet : allow.opening, allow.while),
  );
  return { ...meaning, caveat };
}

function resolveOpening(context: Context, opening: ast.Opening): Opening | undefined {
  switch (opening.kind) {
    case "dhcp":
    case "dhcp-server":
    case "router-advertisement":
    case "discovery":
    case "lan": {
      const path = resolvePath(context, opening.path, { kind: "outside" });
      return path && { kind: opening.kind, path };
    }
    case "host":
      return resolveHost(context, opening);
    case "packet": {
      const pattern = resolvePacket(context, opening.packet, { kind: "outside" }, "host");
      return pattern && { kind: "packets", pattern };
    }
  }
}

function resolveHost(context: Context, opening: ast.Opening & { kind: "host" }): Opening | undefined {
  const host = resolveHostName(context, opening.host);
  const pinned = opening.at ? resolveNets(context, opening.at, "host") : reportUnpinned(context, opening.host);
  const within = opening.within ? resolveNets(context, opening.within) : pinned;
  const transport = resolveTransport(context, opening.service);
  const path = resolvePath(context, opening.path, { kind: "outside" });
  if (host === undefined || !pinned || !within || !transport || !path) return undefined;
  const outside = subtract(pinned, within);
  if (outside.length === 0) return { kind: "host", host, pinned, within, transport, path };
  return context.report(
    "KSP2052",
    { net: formatSet(outside) },
    {
      at: (opening.at ?? opening).span,
      label: "is not in it",
      ...(opening.within && { secondary: [{ span: opening.within.span, text: "every address must lie in here" }] }),
      help: "widen `within`, or pin another address",
    },
  );
}

const hour = 3_600_000;

export function resolvePortal(context: Context, portal: ast.Portal): Portal | undefined {
  const { milliseconds, text, span } = portal.limit;
  if (milliseconds < 1_000 || milliseconds > hour)
    return context.report(
      "KSP2007",
      { what: "portal's time", value: text },
      { at: span, label: "between a second and an hour", help: "write the time that a log-in takes, such as `5m`" },
    );
  const who = resolveWho(context, portal.who);
  const destinations = portal.to && resolveNets(context, portal.to, "host");
  const transport = resolveTransport(context, portal.service);
  const caveat = resolveCaveat(context, portal.caveat, "KSP3001", "KSP3002");
  if (!who || (portal.to && !destinations) || !transport || !caveat) return undefined;
  const meaning = {
    limit: milliseconds,
    ...who,
    ...(destinations && { destinations }),
    dns: portal.dns,
    transport,
  };
  return { ...context.identify("portal", portal, printStatement(portal), meaning, partsOfPacket(portal)), caveat };
}

export function resolveDeny(context: Context, deny: ast.Deny): Deny | undefined {
  const pattern = resolvePacket(context, deny.packet, { kind: "any" }, "network");
  const condition = resolveWhile(context, deny.while);
  const caveat = resolveCaveat(context, deny.caveat);
  if (!pattern || !condition || !caveat) return undefined;
  const meaning = context.identify(
    `deny-${pattern.direction}`,
    deny,
    printStatement(deny),
    { pattern, while: condition },
    partsOfPacket(deny.packet, deny.while),
  );
  return { ...meaning, caveat };
}

export function resolveExpect(context: Context, expect: ast.Expect): Expect | undefined {
  const pattern = resolvePacket(context, expect.packet, { kind: expect.verdict === "allow" ? "outside" : "any" });
  const condition = resolveWhile(context, expect.while);
  if (!pattern || !condition) return undefined;
  const meaning = { verdict: expect.verdict, pattern, reply: expect.reply, while: condition };
  return context.identify(
    `expect-${expect.verdict}`,
    expect,
    printStatement(expect),
    meaning,
    partsOfPacket(expect.packet, expect.while),
  );
}

export function resolveDns(context: Context, dns: ast.Dns): Dns | undefined {
  const caveat = resolveCaveat(context, dns.caveat, "KSP3002");
  const who = resolveWho(context, dns.who);
  const path = resolvePath(context, dns.path, { kind: "any" });
  const resolvers = dns.resolvers ? orderedNets(context, dns.resolvers) : [];
  const suffixes = resolveSuffixes(context, dns.suffixes);
  if (!who || !path || !caveat || !resolvers || !suffixes) return undefined;
  const meaning = {
    resolvers,
    ...who,
    path,
    suffixes,
    ...(dns.redirect && { redirect: true as const }),
  };
  return {
    ...context.identify(
      "dns",
      dns,
      printStatement(dns),
      meaning,
      partsOfPacket({
        ...(dns.who && { who: dns.who }),
        ...(dns.resolvers && { to: dns.resolvers }),
        ...(dns.path && { path: dns.path }),
      }),
    ),
    caveat,
  };
}

/** Resolvers keep their order; the same one twice would be asked twice. */
function orderedNets(context: Context, nets: ast.Nets): AddressSet | undefined {
  const except = resolveEach(context, nets.except, "host");
  const include: AddressRange[] = [];
  for (const [i, net] of nets.include.entries()) {
    const ranges = resolveEach(context, [net], "host");
    if (!ranges || !except) return undefined;
    const before = nets.include
      .slice(0, i)
      .find((other) => overlaps(ranges, resolveEach(context, [other], "host") ?? []));
    if (before) return context.saidTwice("a resolver", net.span, before.span);
    include.push(...ranges);
  }
  if (!except) return undefined;
  const left = include.flatMap((range) => subtract([range], addressSet(except)));
  if (left.length > 0) return left;
  return context.report(
    "KSP2009",
    { what: "the set" },
    { at: nets.span, label: "everything in it is excepted again", help: "narrow what stands after `except`" },
  );
}

// ---- parts ---------------------------------------------------------------------------------------------------------

export function resolvePacket(
  context: Context,
  packet: ast.Packet,
  unsaid: Path,
  meant?: HostBits,
): PacketPattern | undefined {
  const who = resolveWho(context, packet.who);
  const source = packet.from && resolveNets(context, packet.from, meant);
  const destination = packet.to && resolveNets(context, packet.to, meant);
  const path = resolvePath(context, packet.path, unsaid);
  const transport = packet.transport && resolveTransport(context, packet.transport, packet.fromPorts);
  if (packet.fromPorts && packet.transport?.kind !== "tcp" && packet.transport?.kind !== "udp") {
    return context.report(
      "KSP2003",
      { where: "a packet with a source port", part: "tcp" },
      {
        at: packet.span,
        label: "ports belong to tcp or udp",
        help: "say `tcp` or `udp` with the ports of the destination",
      },
    );
  }
  if (!who || (packet.from && !source) || (packet.to && !destination) || !path || (packet.transport && !transport))
    return undefined;
  if (!familiesAgree(context, packet, source, destination, transport)) return undefined;
  const list = listName(packet.direction === "in" ? packet.from : packet.to);
  const fromFile = [packet.from, packet.to].some((nets) => nets && namesFileList(context, nets));
  return {
    direction: packet.direction,
    ...who,
    ...(source && { source }),
    ...(destination && { destination }),
    ...(transport && { transport }),
    ...(list !== undefined && { list }),
    ...(fromFile && { fromFile }),
    path,
  };
}

const familyName = (family: Family): string => (family === "ipv4" ? "IPv4" : "IPv6");

/** `from` IPv4 `to` IPv6, or ICMP to IPv6, matches nothing; peers drop such rules, or their addresses, in silence. */
export function familiesAgree(
  context: Context,
  packet: ast.Node & { readonly from?: ast.Node | undefined; readonly to?: ast.Node | undefined },
  source: AddressSet | undefined,
  destination: AddressSet | undefined,
  transport: Transport | undefined,
): boolean {
  const spoken = (set: AddressSet | undefined) => families.filter((f) => !set || ofFamily(set, f).length > 0);
  const common = spoken(source).filter((f) => spoken(destination).includes(f));
  const wanted = transport?.kind === "icmp" ? "ipv4" : transport?.kind === "icmpv6" ? "ipv6" : undefined;
  if (wanted ? common.includes(wanted) : common.length > 0) return true;
  const at = packet.to?.span ?? packet.from?.span ?? packet.span;
  const help = "name addresses of one family on both sides";
  if (wanted)
    context.report(
      "KSP2015",
      { protocol: `\`${transport?.kind}\``, family: familyName(wanted === "ipv4" ? "ipv6" : "ipv4") },
      { at, label: "only addresses of the other family", help },
    );
  else
    context.report(
      "KSP2015",
      {
        protocol: `a packet from ${familyName(spoken(source)[0] ?? "ipv4")}`,
        family: familyName(spoken(destination)[0] ?? "ipv6"),
      },
      { at, label: "not of the family that stands after `from`", help },
    );
  return false;
}

function resolveWho(context: Context, who: ast.Who | undefined): Pick<PacketPattern, "owner" | "app"> | undefined {
  if (!who) return {};
  if (who.kind === "app") {
    const app = context.use(who.name, "app");
    return app === undefined ? undefined : { app };
  }
  const owner = resolveIdentity(context, who.identity, undefined);
  return owner && { owner };
}

function resolvePath(context: Context, path: ast.Path | undefined, unsaid: Path): Path | undefined {
  if (!path) return unsaid;
  const declared = context.names.get(path.name.name)?.kind;
  const [wanted, other, word] =
    path.kind === "on" ? (["link", "tunnel", "through"] as const) : (["tunnel", "link", "on"] as const);
  if (declared === other) {
    return context.report(
      "KSP2014",
      { name: path.name.name, kind: other, word },
      {
        at: path.span,
        label: `\`${path.kind}\` takes a ${wanted}`,
        help: { text: `write \`${word}\``, edits: [{ span: path.span, text: `${word} ${path.name.name}` }] },
      },
    );
  }
  const name = context.use(path.name, wanted);
  if (name === undefined) return undefined;
  return wanted === "link" ? { kind: "link", link: name } : { kind: "tunnel", tunnel: name };
}

export function resolveWhile(context: Context, condition: ast.While | undefined): Condition | undefined {
  if (!condition) return "enforcing";
  const out: { chain?: string; level: string }[] = [];
  const first = new Map<string, Span>();
  for (const { chain, level, span } of condition.states) {
    const name = chain && useChain(context, chain);
    if (chain && name === undefined) return undefined;
    const spelt = name === undefined ? level : `${name}:${level}`;
    const other = first.get(spelt);
    if (other) return context.saidTwice(`the state \`${spelt}\``, span, other);
    first.set(spelt, span);
    out.push({ ...(name !== undefined && { chain: name }), level });
  }
  return out.sort((a, b) => `${a.chain ?? ""}:${a.level}`.localeCompare(`${b.chain ?? ""}:${b.level}`, "en"));
}

/** A lone tunnel is a chain with its own name. */
const useChain = (context: Context, name: ast.Identifier): string | undefined => context.use(name, "chain", "tunnel");

/** `risks`: those that this statement's kind can accept today. */
export function resolveCaveat(context: Context, caveat: ast.Caveat, ...risks: readonly string[]): Caveat | undefined {
  if (caveat.until && !isDay(caveat.until.text)) {
    return context.report(
      "KSP2007",
      { what: "date", value: caveat.until.text },
      { at: caveat.until.span, label: "no day of the calendar", help: "write a day that exists" },
    );
  }
  for (const what of ["reason", "owner", "ticket"] as const) {
    const said = caveat[what];
    if (said?.value.trim() !== "") continue;
    return context.report(
      "KSP2092",
      { what, text: said.value },
      { at: said.span, label: "says nothing", help: `write it, or leave \`${what}\` out` },
    );
  }
  const codes = caveat.acceptRisk?.codes ?? [];
  const other = codes.find((code) => !risks.includes(code.name));
  if (other)
    return context.report(
      "KSP2090",
      { risk: other.name },
      {
        at: other.span,
        label: risks.length > 0 ? `only ${risks.join(" and ")} can be accepted here` : "nothing can be accepted here",
        help: risks.length > 0 ? "remove the code, and what makes the risk" : "remove the caveat",
      },
    );
  const first = new Map<string, Span>();
  for (const { name, span } of codes) {
    const earlier = first.get(name);
    if (earlier) return context.saidTwice(`\`${name}\``, span, earlier);
    first.set(name, span);
  }
  return {
    acceptRisk: codes.map((code) => code.name),
    ...(caveat.reason && { reason: caveat.reason.value }),
    ...(caveat.owner && { owner: caveat.owner.value }),
    ...(caveat.ticket && { ticket: caveat.ticket.value }),
    ...(caveat.until && { until: caveat.until.text }),
  };
}
