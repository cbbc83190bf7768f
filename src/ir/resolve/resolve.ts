import type { Diagnostic, Help } from "../../diagnostics/diagnostic.ts";
import { isError } from "../../diagnostics/diagnostic.ts";
import type * as ast from "../../parser/ast.ts";
import type { Origins } from "../origins.ts";
import type { PacketPattern, Policy } from "../policy.ts";
import { Context } from "./context.ts";
import { resolveApp, resolveChains, resolveLink, resolveLists, resolveTunnel } from "./declarations.ts";
import { resolveForward } from "./forwards.ts";
import { resolveAllow, resolveDeny, resolveDns, resolveExpect, resolvePacket, resolvePortal } from "./openings.ts";
import { resolveControl, resolveLog, resolveReconnect, resolveWatch, rootOnly } from "./runtime.ts";
import { resolveHelper } from "./servers.ts";

export interface Resolved {
  /** Only when there is no error. */
  readonly policy?: Policy;
  readonly origins: Origins;
  readonly diagnostics: readonly Diagnostic[];
}

type Kind = ast.Statement["kind"];
type Of<K extends Kind> = Extract<ast.Statement, { kind: K }>;

/** Binds every name and gives every statement its meaning; what this version gives none is refused, never ignored. */
export function resolve(file: ast.File): Resolved {
  const context = new Context();
  const resolved = resolveIn(context, file);
  // Among some thousand statements two meanings may share a short id. Long ones then stand on all, whatever their order.
  return context.hasClash ? resolveIn(new Context(16), file) : resolved;
}

function resolveIn(context: Context, file: ast.File): Resolved {
  const all = <K extends Kind>(kind: K): readonly Of<K>[] => file.statements.filter((s): s is Of<K> => s.kind === kind);
  const once = <K extends Kind>(kind: K): Of<K> | undefined => atMostOnce(context, all(kind));

  refuse(context, file);
  declareNames(context, file);
  checkForwardBlock(context, all("forward"));

  /** What is refused has had its message. Without one it would be a statement that nobody misses. */
  const whole = <T>(values: readonly (T | undefined)[]): readonly T[] => {
    const found = values.filter((value) => value !== undefined);
    if (found.length < values.length && !context.diagnostics.some(isError)) throw new Error("a statement was lost");
    return found;
  };

  /** `forward block` is what happens unsaid, so it has no meaning of its own. */
  const routes = all("forward").filter(({ route }) => route !== "block");
  const ipv6 = once("ipv6");
  const control = once("control");
  const scopeStatement = once("scope");
  const scope = scopeStatement?.scope;
  if (scopeStatement && scope === "apps" && all("app").length === 0)
    context.report(
      "KSP2085",
      {},
      {
        at: scopeStatement.span,
        label: "the policy declares no app",
        notes: ["only what the apps send would be confined, and names"],
        help: "declare the apps that are meant, or say `scope machine`",
      },
    );
  const [portal] = whole(single(once("portal")).map((s) => resolvePortal(context, s)));
  const [log] = whole(single(once("log")).map((s) => resolveLog(context, s)));
  const policy: Policy = {
    language: 1,
    name: file.name.name,
    links: named(whole(all("link").map((s) => resolveLink(context, s)))),
    helpers: named(whole(all("helper").map((s) => resolveHelper(context, s)))),
    tunnels: named(whole(all("tunnel").map((s) => resolveTunnel(context, s)))),
    chains: named(resolveChains(context, all("chain"), all("tunnel"))),
    apps: named(whole(all("app").map((s) => resolveApp(context, s)))),
    dns: identified(whole(all("dns").map((s) => resolveDns(context, s)))).filter(
      ({ resolvers }) => resolvers.length > 0,
    ),
    ipv6: ipv6?.mode ?? "block",
    allows: identified(whole(all("allow").map((s) => resolveAllow(context, s)))),
    denies: identified(whole(all("deny").map((s) => resolveDeny(context, s)))),
    forwards: identified(whole(routes.map((s) => resolveForward(context, s)))),
    watches: identified(whole(all("watch").map((s) => resolveWatch(context, s)))),
    reconnects: identified(whole(all("reconnect").map((s) => resolveReconnect(context, s)))),
    ...(portal && { portal }),
    expects: identified(whole(all("expect").map((s) => resolveExpect(context, s)))),
    scope: scope === "apps" ? "apps" : "machine",
    ...(log && { log }),
    alerts: resolveAlerts(context, all("alert")),
    blocked: resolveBlocked(context, all("blocked")),
    control: control ? resolveControl(context, control) : rootOnly,
  };
  const head = file.name.span;
  const end = file.statements.findLast(({ span }) => span.file === head.file)?.span.end ?? head.end;
  const origins: Origins = {
    statements: context.origins,
    head,
    end: { file: head.file, start: end, end },
    ...(ipv6 && { ipv6: ipv6.span }),
  };
  for (const statement of ["dns", "ipv6"] as const) {
    if (all(statement).length === 0) {
      const [open, closed] =
        statement === "dns" ? ["dns ADDRESS through TUNNEL", "dns none"] : ["ipv6 tunnel", "ipv6 block"];
      context.report(
        "KSP2011",
        { statement },
        { at: head, label: "this policy", help: missing(`say \`${open}\`, or \`${closed}\``, origins, statement) },
      );
    }
  }
  const { diagnostics } = context;
  // A statement with a fault may be the one that would use the list.
  if (!diagnostics.some(isError)) warnOfUnusedLists(context, all("list"), head.file);
  return diagnostics.some(isError) ? { origins, diagnostics } : { policy, origins, diagnostics };
}

/** `ipv6 block` is closed and always has a meaning; which resolvers are meant only the author knows. */
const missing = (text: string, { end }: Origins, statement: "dns" | "ipv6"): Help => ({
  text,
  edits: statement === "ipv6" ? [{ span: end, text: "\nipv6 block" }] : [],
});

/** A packet in the words of a policy: with its names and lists. */
export function resolvePattern(
  file: ast.File,
  packet: ast.Packet,
): { readonly pattern?: PacketPattern; readonly diagnostics: readonly Diagnostic[] } {
  const context = new Context();
  declareNames(context, file);
  const pattern = resolvePacket(context, packet, { kind: "any" });
  return { ...(pattern && { pattern }), diagnostics: context.diagnostics };
}

/** Names come first: a statement may use what is declared below it. */
function declareNames(context: Context, file: ast.File): void {
  for (const statement of file.statements) {
    if (isDeclaration(statement)) context.declare(statement.kind, statement.name);
  }
  resolveLists(
    context,
    file.statements.filter((s) => s.kind === "list"),
  );
}

const isDeclaration = (s: ast.Statement): s is Of<"link" | "helper" | "tunnel" | "chain" | "app" | "list"> =>
  s.kind === "link" ||
  s.kind === "helper" ||
  s.kind === "tunnel" ||
  s.kind === "chain" ||
  s.kind === "app" ||
  s.kind === "list";

/** Statements that mean nothing yet. */
function refuse(context: Context, file: ast.File): void {
  if (file.version.value !== 1) {
    context.report(
      "KSP2007",
      { what: "language version", value: file.version.text },
      { at: file.version.span, label: "this ksp knows version 1", help: "write `ksp 1`, or use a newer ksp" },
    );
  }
  if (file.type === "fragment") context.unsupported("a fragment", file.name.span);
  context.declarePolicy(file.name);
  for (const statement of file.statements) {
    switch (statement.kind) {
      case "param":
      case "import":
        context.unsupported(`\`${statement.kind}\``, statement.span);
        break;
      case "scope":
        if (statement.scope === "carried")
          context.unsupported(
            "`scope carried`",
            statement.span,
            "write `scope machine`, which protects everything, or `scope apps`, which protects the declared apps",
          );
        break;
    }
  }
}

/** A fragment may well have lists that this policy does not need. */
function warnOfUnusedLists(context: Context, lists: readonly ast.List[], file: string): void {
  for (const { name, span } of lists) {
    if (span.file !== file || context.usedLists.has(name.name)) continue;
    context.report(
      "KSP2083",
      { kind: "list", name: name.name },
      { at: name.span, label: "no statement names it", help: `remove it, or use it as \`@${name.name}\`` },
    );
  }
}

function atMostOnce<T extends ast.Statement>(context: Context, statements: readonly T[]): T | undefined {
  const [first, second] = statements;
  if (first && second) {
    context.saidTwice(`\`${first.kind}\``, second.span, first.span);
  }
  return first;
}

const single = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value]);

/** Several `alert` lines add up. */
function resolveAlerts(context: Context, statements: readonly ast.Alert[]): Policy["alerts"] {
  return (["desktop", "log"] as const).filter((channel) => {
    const places = statements.flatMap((s) => s.channels.filter((c) => c === channel).map(() => s.span));
    const [first, second] = places;
    if (first && second) context.saidTwice(`\`alert ${channel}\``, second, first);
    return places.length > 0;
  });
}

/** `forward block` is what happens unsaid: beside a route one of the two is a left-over, and only the author knows which. */
function checkForwardBlock(context: Context, statements: readonly ast.Forward[]): void {
  const block = atMostOnce(
    context,
    statements.filter(({ route }) => route === "block"),
  );
  const route = statements.find((statement) => statement.route !== "block");
  if (!block || !route) return;
  context.report(
    "KSP2082",
    {},
    {
      at: block.span,
      label: "nothing is forwarded …",
      secondary: [{ span: route.span, text: "… and this is" }],
      help: "remove one of the two: what no `forward` opens is closed",
    },
  );
}

function resolveBlocked(context: Context, statements: readonly ast.Blocked[]): Policy["blocked"] {
  const of = (direction: "out" | "forward") =>
    atMostOnce(
      context,
      statements.filter((s) => s.direction === direction),
    )?.how;
  return { out: of("out") ?? "reject", forward: of("forward") ?? "drop" };
}

const named = <T extends { readonly name: string }>(values: readonly T[]): readonly T[] =>
  values.toSorted((a, b) => (a.name < b.name ? -1 : 1));
const identified = <T extends { readonly id: string }>(values: readonly T[]): readonly T[] =>
  values.toSorted((a, b) => (a.id < b.id ? -1 : 1));
