import type * as ast from "../../parser/ast.ts";
import { printStatement } from "../../parser/printer.ts";
import type { Forward, Path } from "../policy.ts";
import type { Context } from "./context.ts";
import { familiesAgree, resolveCaveat, resolveWhile } from "./openings.ts";
import { partsOfRoute } from "./parts.ts";
import { resolveNet, resolveNets, resolvePorts, resolveTransport } from "./values.ts";

/** `forward block` is what happens unsaid, so it has no meaning of its own. */
export function resolveForward(context: Context, forward: ast.Forward): Forward | undefined {
  const { route } = forward;
  if (route === "block") return undefined;
  const from = resolveSide(context, route.from);
  const to = resolveSide(context, route.to);
  const sources = route.from.nets && resolveNets(context, route.from.nets, "host");
  const destinations = route.to.nets && resolveNets(context, route.to.nets, "host");
  const transport = route.transport && resolveTransport(context, route.transport);
  const change = route.change && resolveChange(context, route.change, route);
  const condition = resolveWhile(context, forward.while);
  const caveat = resolveCaveat(context, forward.caveat, "KSP3001");
  if (!from || !to || !condition || !caveat) return undefined;
  if ((route.from.nets && !sources) || (route.to.nets && !destinations)) return undefined;
  if ((route.transport && !transport) || (route.change && !change)) return undefined;
  const places = { span: route.span, from: route.from.nets, to: route.to.nets };
  const reached = change?.kind === "rewrite" ? change.to : destinations;
  if (!familiesAgree(context, places, sources, reached, transport)) return undefined;
  if (change?.kind === "rewrite" && route.to.nets)
    return context.report(
      "KSP2079",
      {},
      {
        at: route.to.nets.span,
        label: "the packets go to the new address",
        notes: ["without addresses here, what is rewritten are the packets to this machine's own address"],
        help: {
          text: "remove the addresses",
          edits: [{ span: { ...route.to.nets.span, start: route.to.name.span.end }, text: "" }],
        },
      },
    );
  const meaning = {
    from,
    to,
    ...(sources && { sources }),
    ...(destinations && { destinations }),
    ...(transport && { transport }),
    ...(change && { change }),
    while: condition,
  };
  const identified = context.identify(
    "forward",
    forward,
    printStatement(forward),
    meaning,
    partsOfRoute(route, forward.while),
  );
  return { ...identified, caveat };
}

function resolveSide(context: Context, { kind, name }: ast.Side): Path | undefined {
  const found = context.use(name, kind);
  if (found === undefined) return undefined;
  return kind === "link" ? { kind, link: found } : { kind, tunnel: found };
}

type Change = NonNullable<Forward["change"]>;

function resolveChange(
  context: Context,
  change: NonNullable<ast.Route["change"]>,
  route: ast.Route,
): Change | undefined {
  if (change.kind === "masquerade") return { kind: "masquerade" };
  const to = resolveNet(context, change.to);
  const port = change.port && resolvePorts(context, [change.port])?.[0];
  if (!to || (change.port && !port)) return undefined;
  if (to.first !== to.last || (port && port.first !== port.last)) {
    return context.report(
      "KSP2007",
      { what: "new destination", value: change.to.text },
      { at: change.to.span, label: "one address and at most one port", help: "name the one machine that is meant" },
    );
  }
  const hasPorts = route.transport?.kind === "tcp" || route.transport?.kind === "udp";
  if (hasPorts) return { kind: "rewrite", to: [to], ...(port && { port: port.first }) };
  return context.report(
    "KSP2003",
    { where: "`rewrite to`", part: "tcp" },
    {
      at: route.span,
      label: "would send every packet of the tunnel there",
      help: "say `tcp` or `udp` with the ports that are meant",
    },
  );
}
