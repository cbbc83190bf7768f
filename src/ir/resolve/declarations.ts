import type { Span } from "../../diagnostics/span.ts";
import type * as ast from "../../parser/ast.ts";
import { printStatement } from "../../parser/printer.ts";
import { notOnLinux } from "../not-on-linux.ts";
import type { App, Chain, Link, Os, Tunnel } from "../policy.ts";
import type { Context } from "./context.ts";
import { resolveCarrier, resolveDevices } from "./interfaces.ts";
import { Items } from "./items.ts";
import { partsOf } from "./parts.ts";
import { resolveReach } from "./servers.ts";
import { namesFileList, resolveIdentity, resolveNets } from "./values.ts";

/** Lists must be known before anything that uses them; a list may use another one, whatever their order. */
export function resolveLists(context: Context, lists: readonly ast.List[]): void {
  for (const list of inOrder(context, lists)) resolveList(context, list);
}

/** Each behind those that it uses. Without recursion: a generated policy may have a long chain of them. */
function inOrder(context: Context, lists: readonly ast.List[]): Iterable<ast.List> {
  const waiting = new Map(lists.map((l) => [l.name.name, l]));
  const done = new Map<string, ast.List>();
  const open: { readonly list: ast.List; readonly uses: Iterator<ast.Net> }[] = [];
  const enter = (list: ast.List): void => {
    waiting.delete(list.name.name);
    open.push({ list, uses: usesOf(list).values() });
  };
  for (const each of lists) {
    if (waiting.has(each.name.name)) enter(each);
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const { value: net } = top.uses.next();
      if (!net) {
        done.set(top.list.name.name, top.list);
        open.pop();
        continue;
      }
      const needed = waiting.get(net.text);
      const first = needed || done.has(net.text) ? -1 : open.findIndex(({ list }) => list.name.name === net.text);
      if (needed) enter(needed);
      else if (first >= 0)
        reportCircle(
          context,
          open.slice(first).map(({ list }) => list),
          net,
        );
    }
  }
  return done.values();
}

function resolveList(context: Context, list: ast.List): void {
  const { source } = list;
  if (source.kind === "file") {
    context.unsupported("a list from a file", list.span);
    return;
  }
  const { nets } = source;
  const set = resolveNets(context, nets);
  if (set) context.lists.set(list.name.name, set);
  if (source.kind === "loaded" || namesFileList(context, nets)) context.fileLists.add(list.name.name);
  if (source.kind === "loaded" && set) rememberFile(context, list, nets.include.length, set.length);
}

const usesOf = ({ source }: ast.List): readonly ast.Net[] =>
  source.kind === "file" ? [] : [...source.nets.include, ...source.nets.except].filter(({ kind }) => kind === "list");

/** `circle`: each list uses the next one, and the last one uses the first. */
function reportCircle(context: Context, circle: readonly ast.List[], last: ast.Net): void {
  const [first, second] = circle;
  const way = first && second && usesOf(first).find(({ text }) => text === second.name.name);
  const name = last.text;
  context.report(
    "KSP2017",
    { name },
    {
      at: last.span,
      label: way ? `… and this leads back to \`${name}\`` : `this is \`${name}\` itself`,
      ...(way && { secondary: [{ span: way.span, text: `\`${name}\` needs \`${way.text}\` …` }] }),
      help: way ? "remove one of the uses" : "remove it",
    },
  );
}

/** Feeds overlap with themselves; how much stands beside the statement, where a reviewer sees it change. */
function rememberFile(context: Context, list: ast.List, entries: number, ranges: number): void {
  const merged = entries === ranges ? "" : `, merged into ${ranges} range${ranges === 1 ? "" : "s"}`;
  context.origins.set(`list-${list.name.name}`, {
    span: list.span,
    text: `${printStatement(list)}\n# ${entries} ${entries === 1 ? "entry" : "entries"}${merged}`,
    parts: { name: list.name.span },
  });
}

export function resolveLink(context: Context, link: ast.Link): Link | undefined {
  const items = new Items(context, link.block.items, `link \`${link.name.name}\``, link.name.span);
  const interfaces = items.some("interface");
  const role = items.one("role");
  const devices = interfaces && resolveDevices(context, interfaces, link.name.name);
  if (!devices || !role) return undefined;
  const name = link.name.name;
  return context.identify(
    `link-${name}`,
    link,
    printStatement(link),
    { name, devices, role: role.role },
    partsOf(link.name, link.block.items),
  );
}

export function resolveTunnel(context: Context, tunnel: ast.Tunnel): Tunnel | undefined {
  const name = tunnel.name.name;
  const items = new Items(context, tunnel.block.items, `tunnel \`${name}\``, tunnel.name.span);
  const protocol = items.one("protocol");
  const interfaces = items.some("interface");
  const serverItems = items.some("server");
  const carriers = items.some("carrier");
  const addressItem = items.one("address");
  const carriesItem = items.one("carries");

  const devices = interfaces && resolveDevices(context, interfaces, name);
  const reach = serverItems && resolveReach(context, serverItems);
  const carrier = carriers && resolveCarrier(context, carriers);
  const address = addressItem && resolveAddress(context, addressItem);
  const carries = carriesItem && resolveCarries(context, carriesItem);
  if (!protocol || !devices || !carrier || !address || !carries || !reach) return undefined;
  return context.identify(
    `tunnel-${name}`,
    tunnel,
    printStatement(tunnel),
    { name, protocol: protocol.protocol, devices, ...reach, carrier, address, carries },
    partsOf(tunnel.name, tunnel.block.items),
  );
}

function resolveAddress(context: Context, item: ast.AddressItem): Tunnel["address"] | undefined {
  if (item.addresses === "assigned") return { kind: "assigned" };
  const addresses = resolveNets(context, item.addresses, "host");
  return addresses && { kind: "static", addresses };
}

function resolveCarries(context: Context, item: ast.CarriesItem): Tunnel["carries"] | undefined {
  if (!item.nets) return { everything: item.everything };
  const prefixes = resolveNets(context, item.nets, "network");
  return prefixes && { everything: item.everything, prefixes };
}

/** Declared chains, and one of its own for every tunnel that is in none. */
export function resolveChains(
  context: Context,
  chains: readonly ast.Chain[],
  tunnels: readonly ast.Tunnel[],
): readonly Chain[] {
  const inChain = new Map<string, { readonly hop: ast.Identifier; readonly chain: ast.Chain }>();
  const declared = chains.map((chain): Chain => {
    // Two chains in opposite order are one mistake, not one a hop.
    const told = new Set<ast.Chain>();
    for (const hop of chain.hops) {
      if (context.use(hop, "tunnel") === undefined) continue;
      const other = inChain.get(hop.name);
      if (!other) inChain.set(hop.name, { hop, chain });
      else if (!told.has(other.chain)) {
        told.add(other.chain);
        context.report(
          "KSP2018",
          { name: hop.name },
          {
            at: hop.span,
            label: other.chain === chain ? "the chain leads back to it" : "the second place",
            secondary: [{ span: other.hop.span, text: "the first place" }],
            help: "name every tunnel once, in one chain",
          },
        );
      }
    }
    context.origins.set(chainId(chain.name.name), {
      span: chain.span,
      text: printStatement(chain),
      parts: { name: chain.name.span },
    });
    return { name: chain.name.name, hops: chain.hops.map((h) => h.name) };
  });
  const alone = tunnels
    .filter((t) => !inChain.has(t.name.name))
    .map((t): Chain => ({ name: t.name.name, hops: [t.name.name] }));
  return [...declared, ...alone];
}

/** Chains have no rules of their own; this is only the key of their place. */
const chainId = (name: string): string => `chain-${name}`;

export function resolveApp(context: Context, app: ast.App): App | undefined {
  const name = app.name.name;
  const items = new Items(context, app.block.items, `app \`${name}\``, app.name.span);
  const identity: Partial<Record<Os, NonNullable<App["identity"][Os]>>> = {};
  const firstOn = new Map<Os, Span>();
  for (const item of items.some("identity") ?? []) {
    if (item.identity.kind === "mark") {
      context.report(
        "KSP2091",
        { app: name },
        {
          at: item.identity.span,
          label: "stands on packets, not on programs",
          notes: ["a mark is set by rules of others or by any program of root; and nothing could be paused by it"],
          help: 'name the program: `linux slice "NAME.slice"`, or `linux user NUMBER`',
        },
      );
      continue;
    }
    const notShown = item.os === "linux" ? notOnLinux(item.identity, item.identity.span) : undefined;
    if (notShown) {
      context.diagnostics.push(notShown);
      continue;
    }
    const first = firstOn.get(item.os);
    if (first) context.saidTwice(`\`${item.os}\``, item.span, first, "keep one of the two, or declare two apps");
    firstOn.set(item.os, first ?? item.span);
    const resolved = resolveIdentity(context, item.identity, item.os);
    if (resolved) identity[item.os] = resolved;
  }
  const traffic = items.one("traffic");
  const onLoss = items.one("on-loss");
  if (!traffic || !onLoss) return undefined;
  return context.identify(
    `app-${name}`,
    app,
    printStatement(app),
    { name, identity, traffic: traffic.traffic, onLoss: onLoss.onLoss },
    partsOf(app.name, app.block.items),
  );
}
