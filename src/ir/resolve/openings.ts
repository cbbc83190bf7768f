import type { Span } from "../../diagnostics/span.ts";
import { type Family, families } from "../../net/address.ts";
import { type AddressSet, ofFamily } from "../../net/address-set.ts";
import type { Transport } from "../../net/protocol.ts";
import type * as ast from "../../parser/ast.ts";
import { printStatement } from "../../parser/printer.ts";
import { isDay } from "../calendar.ts";
import type { Allow, Caveat, Condition, Deny, Dns, Expect, Opening, PacketPattern, Path } from "../policy.ts";
import type { Context } from "./context.ts";
import { listName, resolveEach, resolveIdentity, resolveNets, resolveTransport } from "./values.ts";

export function resolveAllow(context: Context, allow: ast.Allow): Allow | undefined {
  const opening = resolveOpening(context, allow.opening);
  const condition = resolveWhile(context, allow.while);
  const caveat = resolveCaveat(context, allow.caveat);
  if (!opening || !condition || !caveat) return undefined;
  const kind = opening.kind === "packets" ? opening.pattern.direction : opening.kind;
  const meaning = context.identify(
    `allow-${kind}`,
    allow,
    printStatement(allow),
    { opening, while: condition },
    placesOf(allow.opening, allow.while),
  );
  return { ...meaning, caveat };
}

function resolveOpening(context: Context, opening: ast.Opening): Opening | undefined {
  switch (opening.kind) {
    case "dhcp":
    case "discovery":
    case "lan": {
      const path = resolvePath(context, opening.path, { kind: "outside" });
      return path && { kind: opening.kind, path };
    }
    case "dhcp-server":
      return context.unsupported("`allow dhcp server`", opening.span);
    case "router-advertisement":
      return context.unsupported("`allow router-advertisement`", opening.span);
    case "host":
      return context.unsupported("`allow host`", opening.span);
    case "packet": {
      const pattern = resolvePacket(context, opening.packet, { kind: "outside" });
      return pattern && { kind: "packets", pattern };
    }
  }
}

export function resolveDeny(context: Context, deny: ast.Deny): Deny | undefined {
  const pattern = resolvePacket(context, deny.packet, { kind: "any" });
  const condition = resolveWhile(context, deny.while);
  const caveat = resolveCaveat(context, deny.caveat);
  if (!pattern || !condition || !caveat) return undefined;
  const meaning = context.identify(
    `deny-${pattern.direction}`,
    deny,
    printStatement(deny),
    { pattern, while: condition },
    placesOf(deny.packet, deny.while),
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
    placesOf(expect.packet, expect.while),
  );
}

export function resolveDns(context: Context, dns: ast.Dns): Dns | undefined {
  const caveat = resolveCaveat(context, dns.caveat, "KSP3002");
  if (dns.redirect) return context.unsupported("`dns … redirect`", dns.span);
  const who = resolveWho(context, dns.who);
  const path = resolvePath(context, dns.path, { kind: "any" });
  const resolvers = dns.resolvers ? orderedNets(context, dns.resolvers) : [];
  if (!who || !path || !caveat || !resolvers) return undefined;
  const meaning = { resolvers, ...who, path, suffixes: dns.suffixes.map((s) => s.value) };
  return {
    ...context.identify(
      "dns",
      dns,
      printStatement(dns),
      meaning,
      placesOf({ span: dns.span, ...(dns.resolvers && { to: dns.resolvers }), ...(dns.path && { path: dns.path }) }),
    ),
    caveat,
  };
}

/** Resolvers keep their order, so an exclusion has no place among them. */
function orderedNets(context: Context, nets: ast.Nets): AddressSet | undefined {
  const [first] = nets.except;
  if (first) return context.unsupported("`except` among resolvers", first.span);
  return resolveEach(context, nets.include);
}

// ---- parts ---------------------------------------------------------------------------------------------------------

export function resolvePacket(context: Context, packet: ast.Packet, unsaid: Path): PacketPattern | undefined {
  const who = resolveWho(context, packet.who);
  const source = packet.from && resolveNets(context, packet.from);
  const destination = packet.to && resolveNets(context, packet.to);
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
  return {
    direction: packet.direction,
    ...who,
    ...(source && { source }),
    ...(destination && { destination }),
    ...(transport && { transport }),
    ...(list !== undefined && { list }),
    path,
  };
}

const familyName = (family: Family): string => (family === "ipv4" ? "IPv4" : "IPv6");

/** `from` IPv4 `to` IPv6, or ICMP to IPv6, matches nothing; peers drop such rules, or their addresses, in silence. */
function familiesAgree(
  context: Context,
  packet: ast.Packet,
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
  const { identity } = who;
  if (identity.kind === "slice" || identity.kind === "program" || identity.kind === "service") {
    return context.unsupported(`a packet by ${identity.kind}`, identity.span);
  }
  const owner = resolveIdentity(context, identity, undefined);
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

function resolveWhile(context: Context, condition: ast.While | undefined): Condition | undefined {
  if (!condition) return "enforcing";
  const out: { chain?: string; level: string }[] = [];
  for (const { chain, level, span } of condition.states) {
    if (level === "portal") return context.unsupported("the state `portal`", span);
    const name = chain && useChain(context, chain);
    if (chain && name === undefined) return undefined;
    out.push({ ...(name !== undefined && { chain: name }), level });
  }
  return out.sort((a, b) => `${a.chain ?? ""}:${a.level}`.localeCompare(`${b.chain ?? ""}:${b.level}`, "en"));
}

/** A lone tunnel is a chain with its own name. */
const useChain = (context: Context, name: ast.Identifier): string | undefined => context.use(name, "chain", "tunnel");

/** `risk`: the one risk that this statement's kind can accept today. */
function resolveCaveat(context: Context, caveat: ast.Caveat, risk?: string): Caveat | undefined {
  if (caveat.until && !isDay(caveat.until.text)) {
    return context.report(
      "KSP2007",
      { what: "date", value: caveat.until.text },
      { at: caveat.until.span, label: "no day of the calendar", help: "write a day that exists" },
    );
  }
  const other = caveat.acceptRisk.find((code) => code.name !== risk);
  if (other) return context.unsupported(`\`accept-risk ${other.name}\` here`, other.span);
  return {
    acceptRisk: caveat.acceptRisk.map((code) => code.name),
    ...(caveat.reason && { reason: caveat.reason.value }),
    ...(caveat.owner && { owner: caveat.owner.value }),
    ...(caveat.ticket && { ticket: caveat.ticket.value }),
    ...(caveat.until && { until: caveat.until.text }),
  };
}

function placesOf(
  node: ast.Node & {
    readonly packet?: ast.Packet;
    readonly to?: ast.Nets;
    readonly from?: ast.Nets;
    readonly path?: ast.Path;
  },
  condition?: ast.While,
): Readonly<Record<string, Span>> {
  const { to, from, path } = node.packet ?? node;
  return {
    ...(to && { to: to.span }),
    ...(from && { from: from.span }),
    ...(path && { path: path.span }),
    ...(condition && { while: condition.span }),
  };
}
