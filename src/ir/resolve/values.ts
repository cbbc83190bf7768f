import { didYouMean } from "../../diagnostics/did-you-mean.ts";
import { type AddressRange, type AddressSet, addressSet, formatRange, subtract } from "../../net/address-set.ts";
import { isFault, type NetFault, parseNet } from "../../net/parse-net.ts";
import { type PortRange, type PortSet, portSet } from "../../net/port-set.ts";
import { icmpTypes, icmpv6Types, type Transport } from "../../net/protocol.ts";
import type * as ast from "../../parser/ast.ts";
import type { Identity } from "../policy.ts";
import type { Context } from "./context.ts";
import { resolveNumberedOwner, resolveSlice } from "./words.ts";

// ---- addresses -----------------------------------------------------------------------------------------------------

/** Which reading of an address with host bits opens less: that one is proposed. */
export type HostBits = "host" | "network";
const opposite = { host: "network", network: "host" } as const;

/** Undefined after a message. An exclusion that leaves nothing is an error: empty has no spelling. */
export function resolveNets(context: Context, nets: ast.Nets, meant?: HostBits): AddressSet | undefined {
  const whole = wholeList(context, nets);
  if (whole) return whole;
  const include = resolveEach(context, nets.include, meant);
  const except = resolveEach(context, nets.except, meant && opposite[meant]);
  if (!include || !except) return undefined;
  const set = except.length === 0 ? addressSet(include) : subtract(addressSet(include), addressSet(except));
  if (set.length > 0) return set;
  return context.report(
    "KSP2009",
    { what: "the set" },
    {
      at: nets.span,
      label: "everything in it is excepted again",
      help: "narrow what stands after `except`, or remove the statement",
    },
  );
}

/** One set, however many statements name the list: what is found out about it is found out once. */
function wholeList(context: Context, { include, except }: ast.Nets): AddressSet | undefined {
  const [only, ...others] = include;
  if (only?.kind !== "list" || others.length + except.length > 0) return undefined;
  context.usedLists.add(only.text);
  return context.lists.get(only.text);
}

/** In the order written: for resolvers, whose order is the order of asking. */
export function resolveEach(context: Context, nets: readonly ast.Net[], meant?: HostBits): AddressRange[] | undefined {
  const out: AddressRange[] = [];
  let whole = true;
  for (const net of nets) {
    if (net.kind === "list") {
      const list = context.lists.get(net.text);
      context.usedLists.add(net.text);
      if (list) for (const range of list) out.push(range);
      else {
        // A list without a set has had its own message.
        context.use({ name: net.text, span: net.span }, "list");
        whole = false;
      }
      continue;
    }
    const range = resolveNet(context, net, meant);
    if (range) out.push(range);
    else whole = false;
  }
  return whole ? out : undefined;
}

export function resolveNet(context: Context, net: ast.Net, meant?: HostBits): AddressRange | undefined {
  if (net.kind === "param") return context.unsupported("a parameter", net.span);
  const parsed = parseNet(net.text);
  if (isFault(parsed)) return reportNet(context, net, parsed, meant);
  return isMapped(parsed) ? reportMapped(context, net, parsed) : parsed;
}

/** RFC 4291 2.5.5.2: how programs write IPv4 to a socket of IPv6. */
const isMapped = ({ family, first, last }: AddressRange): boolean =>
  family === "ipv6" && first >> 32n === 0xffffn && last >> 32n === 0xffffn;

/** The kernel sends IPv4 there, so what is said of such an address is said of no packet. */
function reportMapped(context: Context, { text, span }: ast.Net, { first, last }: AddressRange): undefined {
  const ipv4 = (value: bigint): bigint => value & 0xffff_ffffn;
  const meant = formatRange({ family: "ipv4", first: ipv4(first), last: ipv4(last) });
  return context.report(
    "KSP2005",
    { net: text, reason: "it stands for IPv4, and no packet bears it" },
    {
      at: span,
      label: "the kernel sends IPv4 there",
      help: { text: `write \`${meant}\``, edits: [{ span, text: meant }] },
    },
  );
}

function reportNet(context: Context, net: ast.Net, fault: NetFault, meant?: HostBits): undefined {
  const at = net.span;
  if (fault.kind === "host-bits") {
    const network = formatRange(fault.network);
    const size = fault.network.last - fault.network.first + 1n;
    return context.report(
      "KSP2004",
      { net: net.text },
      {
        at,
        label: "bits after the prefix are set",
        notes: [`nft and iptables mask the host part away in silence: this would mean ${size} addresses`],
        help: {
          text: `write \`${fault.host}\` for the host, or \`${network}\` for the network`,
          edits: meant ? [{ span: at, text: meant === "host" ? fault.host : network }] : [],
        },
      },
    );
  }
  const reason = {
    malformed: "a part is missing or out of range",
    "prefix-too-long": `the prefix is longer than ${fault.kind === "prefix-too-long" ? fault.most : ""} bits`,
    "mixed-families": "the two ends are of different families",
    reversed: "the last address comes before the first",
  }[fault.kind];
  return context.report(
    "KSP2005",
    { net: net.text, reason },
    {
      at,
      label: "not an address, prefix or range",
      help: "write an address (`192.0.2.7`), a prefix (`192.0.2.0/24`) or a range (`192.0.2.1-192.0.2.9`)",
    },
  );
}

/** A name without addresses: its answer may come from anyone, so nothing asks for it while compiling. */
export function reportUnpinned(context: Context, host: ast.Text | undefined): undefined {
  if (!host) return undefined;
  return context.report(
    "KSP2110",
    { host: host.value },
    {
      at: host.span,
      label: "no address stands behind it",
      help: `run \`ksp pin\` on the policy, which looks it up and writes its addresses here; or write them by hand, behind \`at\``,
    },
  );
}

/** Whether a list from a file stands in it, or in a list that it uses. */
export const namesFileList = (context: Context, { include, except }: ast.Nets): boolean =>
  context.fileLists.size > 0 &&
  [include, except].some((nets) => nets.some(({ kind, text }) => kind === "list" && context.fileLists.has(text)));

/** The name of the list when a set is that list, word for word. */
export const listName = (nets: ast.Nets | undefined): string | undefined =>
  nets?.include.length === 1 && nets.except.length === 0 && nets.include[0]?.kind === "list"
    ? nets.include[0].text
    : undefined;

// ---- ports and transports ------------------------------------------------------------------------------------------

export function resolvePorts(context: Context, ports: readonly ast.Port[]): PortSet | undefined {
  const out: PortRange[] = [];
  for (const port of ports) {
    if (port.kind === "param") return context.unsupported("a parameter", port.span);
    const { first, last } = port;
    if (first < 1 || last > 65535 || first > last) {
      return context.report(
        "KSP2007",
        { what: "port", value: first === last ? `${first}` : `${first}-${last}` },
        {
          at: port.span,
          label: "ports go from 1 to 65535, the lower one first",
          help:
            1 <= last && last < first && first <= 65535
              ? { text: "swap the two", edits: [{ span: port.span, text: `${last}-${first}` }] }
              : "write a port such as `443`, or a range such as `8000-8100`",
        },
      );
    }
    out.push({ first, last });
  }
  return portSet(out);
}

/** `from … PORTS` belongs to the transport, so a source port without one is a fault. */
export function resolveTransport(
  context: Context,
  transport: ast.Transport,
  fromPorts?: readonly ast.Port[],
): Transport | undefined {
  if (transport.kind === "protocol") {
    const number = transport.number.value;
    // 0 is no transport but IPv6's hop-by-hop options (RFC 8200), and iptables takes it for every protocol.
    if (number < 1 || number > 255)
      return context.report(
        "KSP2007",
        { what: "protocol", value: transport.number.text },
        {
          at: transport.number.span,
          label: "IP protocols go from 1 to 255",
          help: "write the protocol's number, such as `protocol 50`",
        },
      );
    return { kind: "protocol", number };
  }
  if (!("ports" in transport)) return resolveIcmp(context, transport.kind, transport.type);
  const destinationPorts = resolvePorts(context, transport.ports);
  const sourcePorts = fromPorts && resolvePorts(context, fromPorts);
  if (!destinationPorts || (fromPorts && !sourcePorts)) return undefined;
  return { kind: transport.kind, ...(sourcePorts && { sourcePorts }), destinationPorts };
}

function resolveIcmp(
  context: Context,
  kind: "icmp" | "icmpv6",
  type: ast.Identifier | undefined,
): Transport | undefined {
  if (!type) return { kind };
  const table = kind === "icmp" ? icmpTypes : icmpv6Types;
  const number = table[type.name];
  if (number !== undefined) return { kind, types: [number] };
  const [similar] = didYouMean(type.name, Object.keys(table));
  return context.report(
    "KSP2016",
    { protocol: kind, name: type.name },
    {
      at: type.span,
      label: "not a type of this protocol",
      help: similar
        ? { text: "a similar type exists", edits: [{ span: type.span, text: similar }] }
        : `write one of ${Object.keys(table).join(", ")}`,
    },
  );
}

// ---- identities ----------------------------------------------------------------------------------------------------

const wholeMark = 0xffffffff;

export function resolveIdentity(
  context: Context,
  identity: ast.Identity,
  os: ast.Os | undefined,
): Identity | undefined {
  switch (identity.kind) {
    case "mark":
      return resolveMark(context, identity);
    case "user":
    case "group": {
      const { owner, kind } = identity;
      if (owner.kind === "id") {
        const id = resolveNumberedOwner(context, kind, owner.id);
        return id === undefined ? undefined : { kind, id };
      }
      if (os === "windows" || os === "macos") return { kind, name: owner.text.value };
      return context.report(
        "KSP2013",
        { kind, name: owner.text.value },
        {
          at: owner.text.span,
          label: "a name that this machine may not know",
          notes: ["nft and iptables refuse a whole ruleset over one unknown name, so nothing would protect"],
          help: `write the number that \`id\` prints, or limit the line to \`windows\` or \`macos\``,
        },
      );
    }
    case "slice": {
      const path = resolveSlice(context, identity.text);
      return path === undefined ? undefined : { kind: "slice", path };
    }
    case "program":
      return { kind: "program", path: identity.text.value };
    case "service":
      return { kind: "service", name: identity.text.value };
  }
}

function resolveMark(context: Context, identity: ast.Identity & { kind: "mark" }): Identity | undefined {
  const { value, mask } = identity;
  if ("kind" in value) return context.unsupported("a parameter", value.span);
  for (const number of mask ? [value, mask] : [value]) {
    if (number.value > wholeMark)
      return context.report(
        "KSP2007",
        { what: "mark", value: number.text },
        { at: number.span, label: "marks have 32 bits" },
      );
  }
  const bits = mask?.value ?? wholeMark;
  if (bits === 0 || (value.value | bits) >>> 0 !== bits >>> 0) {
    return context.report(
      "KSP2007",
      { what: "mark", value: value.text },
      {
        at: identity.span,
        label:
          bits === 0
            ? `the mask ${mask?.text ?? ""} has no bit, so every packet would carry it`
            : `has bits outside its mask ${mask?.text ?? ""}, so no packet could carry it`,
        help: "widen the mask, or write a mark inside it",
      },
    );
  }
  return { kind: "mark", value: value.value, mask: bits };
}
