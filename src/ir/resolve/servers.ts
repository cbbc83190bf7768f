import { type AddressRange, type AddressSet, addressSet } from "../../net/address-set.ts";
import type * as ast from "../../parser/ast.ts";
import { printStatement } from "../../parser/printer.ts";
import type { Helper, Server, Tunnel } from "../policy.ts";
import type { Context } from "./context.ts";
import { resolveCarrier } from "./interfaces.ts";
import { Items } from "./items.ts";
import { partsOf } from "./parts.ts";
import { reportUnpinned, resolveNet, resolveNets, resolvePorts, resolveTransport } from "./values.ts";
import { resolveHostName } from "./words.ts";

/** The servers of a tunnel in their fail-over order, reached directly or through a helper. */
export function resolveReach(
  context: Context,
  items: readonly ast.ServerItem[],
): Pick<Tunnel, "servers" | "helpers"> | undefined {
  const servers: (Server | undefined)[] = [];
  const helpers: ({ helper: string; order: number } | undefined)[] = [];
  for (const [order, { server }] of items.entries()) {
    if (server.kind === "peer") servers.push(resolveServer(context, server.peer, order));
    else {
      const helper = context.use(server.name, "helper");
      helpers.push(helper === undefined ? undefined : { helper, order });
    }
  }
  if (!areAll(servers) || !areAll(helpers)) return undefined;
  return helpers.length > 0 ? { servers, helpers } : { servers };
}

const areAll = <T>(values: readonly (T | undefined)[]): values is readonly T[] => !values.includes(undefined);

function resolveServer(context: Context, peer: ast.Peer, order: number): Server | undefined {
  const { host, nets, transport, nat64 } = peer;
  const pinned = nets ? resolveNets(context, nets, "host") : reportUnpinned(context, host);
  const resolved = resolveTransport(context, transport);
  const mapped = pinned && nat64 && resolveNat64(context, pinned, nat64);
  const name = host && resolveHostName(context, host);
  if (!pinned || !resolved || (nat64 && !mapped) || (host && name === undefined)) return undefined;
  const addresses = mapped ? addressSet([...pinned, ...mapped]) : pinned;
  return { ...(name !== undefined && { host: name }), addresses, transport: resolved, order };
}

/** RFC 6052 2.2 for a /96: the IPv4 address stands in the last 32 bits. The mapped addresses are added, not put in place. */
function resolveNat64(context: Context, pinned: AddressSet, nat64: ast.Net): AddressSet | undefined {
  const prefix = resolveNet(context, nat64);
  if (!prefix) return undefined;
  if (prefix.family !== "ipv6" || prefix.last - prefix.first !== 0xffffffffn) {
    return context.report(
      "KSP2007",
      { what: "NAT64 prefix", value: nat64.text },
      { at: nat64.span, label: "not an IPv6 /96", help: "write the network's prefix, such as `64:ff9b::/96`" },
    );
  }
  const mapped = pinned
    .filter((range) => range.family === "ipv4")
    .map(
      (range): AddressRange => ({ family: "ipv6", first: prefix.first + range.first, last: prefix.first + range.last }),
    );
  if (mapped.length > 0) return addressSet(mapped);
  return context.report(
    "KSP2009",
    { what: "the server's IPv4 part" },
    { at: nat64.span, label: "there is no IPv4 address to map", help: "remove `nat64`" },
  );
}

export function resolveHelper(context: Context, helper: ast.Helper): Helper | undefined {
  const name = helper.name.name;
  const items = new Items(context, helper.block.items, `helper \`${name}\``, helper.name.span);
  const serverItems = items.some("server");
  const carriers = items.some("carrier");
  const listenItem = items.one("listen");
  const nested = serverItems?.find(({ server }) => server.kind === "helper");
  if (nested)
    return context.unsupported(
      "a helper behind a helper",
      nested.span,
      "write the addresses of the servers that it reaches",
    );
  const reach = serverItems && resolveReach(context, serverItems);
  const carrier = carriers && resolveCarrier(context, carriers);
  const listen = listenItem && resolveListen(context, listenItem);
  if (!reach || !carrier || !listen) return undefined;
  const meaning = { name, servers: reach.servers, carrier, listen };
  return context.identify(
    `helper-${name}`,
    helper,
    printStatement(helper),
    meaning,
    partsOf(helper.name, helper.block.items),
  );
}

function resolveListen(context: Context, item: ast.ListenItem): Helper["listen"] | undefined {
  const address = resolveNet(context, item.address);
  const [port, ...more] = resolvePorts(context, item.service.ports) ?? [];
  if (!address || !port) return undefined;
  if (address.first === address.last && port.first === port.last && more.length === 0)
    return { address: [address], transport: item.service.kind, port: port.first };
  return context.report(
    "KSP2007",
    { what: "listening place", value: item.address.text },
    {
      at: item.span,
      label: "one address and one port",
      help: "write where the helper listens, such as `listen 127.0.0.1 udp 51821`",
    },
  );
}
