import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
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
  const scope = once("scope")?.scope;
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
    alerts: alerts(all("alert")),
    blocked: resolveBlocked(context, all("blocked")),
    control: control ? resolveControl(context, control) : rootOnly,
  };
  const head = file.name.span;
  const end = file.statements.findLast(({ span }) => span.file === head.file)?.span.end ?? head.end;
  const origins: Origins = { statements: context.origins, head, end: { file: head.file, start: end, end } };
  for (const statement of ["dns", "ipv6"] as const) {
    if (all(statement).length === 0) {
      const [open, closed] =
        statement === "dns" ? ["dns ADDRESS through TUNNEL", "dns none"] : ["ipv6 tunnel", "ipv6 block"];
      context.report(
        "KSP2011",
        { statement },
        { at: head, label: "this policy", help: `say \`${open}\`, or \`${closed}\`` },
      );
    }
  }
  const { diagnostics } = context;
  return diagnostics.some(isError) ? { origins, diagnostics } : { policy, origins, diagnostics };
}

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
        if (statement.scope === "carried") context.unsupported(`\`scope ${statement.scope}\``, statement.span);
        break;
    }
  }
}

function atMostOnce<T extends ast.Statement>(context: Context, statements: readonly T[]): T | undefined {
  const [first, second] = statements;
  if (first && second) {
    context.report(
      "KSP2006",
      { what: `\`${first.kind}\`` },
      {
        at: second.span,
        label: "the second time",
        secondary: [{ span: first.span, text: "the first time" }],
        help: "keep one of the two",
      },
    );
  }
  return first;
}

const single = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value]);

/** Several `alert` lines add up. */
const alerts = (statements: readonly ast.Alert[]): Policy["alerts"] =>
  (["desktop", "log"] as const).filter((channel) => statements.some((s) => s.channels.includes(channel)));

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
