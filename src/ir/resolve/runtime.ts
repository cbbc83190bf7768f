import type { Span } from "../../diagnostics/span.ts";
import type * as ast from "../../parser/ast.ts";
import { printStatement } from "../../parser/printer.ts";
import type { Control, Os, Policy, Probe, Reconnect, Watch } from "../policy.ts";
import { systems } from "../systems.ts";
import type { Context } from "./context.ts";
import { Items } from "./items.ts";
import { partsOf } from "./parts.ts";
import { resolveNets } from "./values.ts";
import { resolveGroupName, resolveSocket } from "./words.ts";

export function resolveWatch(context: Context, watch: ast.Watch): Watch | undefined {
  const tunnel = context.use(watch.tunnel, "tunnel");
  const items = new Items(context, watch.block.items, "`watch`", watch.tunnel.span);
  items.optional("interface");
  items.optional("handshake");
  items.optional("management");
  const probes = watch.block.items.map((item) => resolveProbe(context, item));
  if (tunnel === undefined || probes.includes(undefined)) return undefined;
  const known = probes.filter((p) => p !== undefined);
  return context.identify(
    `watch-${tunnel}`,
    watch,
    printStatement(watch),
    { tunnel, probes: known },
    partsOf(watch.tunnel, watch.block.items),
  );
}

function resolveProbe(context: Context, item: ast.ProbeItem): Probe | undefined {
  switch (item.kind) {
    case "interface":
      return { kind: "interface" };
    case "handshake":
      return { kind: "handshake", within: item.within.milliseconds };
    case "management": {
      const socket = resolveSocket(context, item.socket);
      return socket === undefined ? undefined : { kind: "management", socket };
    }
    case "route": {
      const prefixes = resolveNets(context, item.nets);
      return prefixes && { kind: "route", prefixes };
    }
    case "heartbeat": {
      const targets = resolveNets(context, item.targets, "host");
      const { value, span, text } = item.lostAfter;
      if (value < 1)
        return context.report(
          "KSP2007",
          { what: "number of lost heartbeats", value: text },
          {
            at: span,
            label: "a tunnel that is lost before the first heartbeat never opens",
            help: "write how many in a row may be lost, such as `3`",
          },
        );
      if (item.every.milliseconds < 10 || item.every.milliseconds > minute)
        return context.report(
          "KSP2007",
          { what: "heartbeat interval", value: item.every.text },
          {
            at: item.every.span,
            label: item.every.milliseconds < 10 ? "shorter than 10ms" : "a lost tunnel would stay unnoticed",
            help: "write an interval between 10ms and a few seconds",
          },
        );
      return targets && { kind: "heartbeat", targets, every: item.every.milliseconds, lostAfter: value };
    }
  }
}

/** Unsaid: root may disable, nobody else. */
export const rootOnly: Control = { disable: "allowed" };

export function resolveControl(context: Context, control: ast.Control): Control {
  const items = new Items(context, control.block.items, "`control`", control.span);
  const groupItem = items.optional("group");
  const group = groupItem && resolveGroupName(context, groupItem.group);
  const disable = items.optional("disable")?.disable ?? "allowed";
  if (typeof disable !== "string")
    within(context, "time without protection", disable, [1_000, day], "between a second and a day", "15m");
  const confirm = items.optional("confirm")?.within;
  if (confirm) within(context, "time to confirm", confirm, [5_000, hour], "between 5 seconds and an hour", "60s");
  return {
    ...(group !== undefined && { group }),
    disable: typeof disable === "string" ? disable : disable.milliseconds,
    ...(confirm && { confirmWithin: confirm.milliseconds }),
  };
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function within(
  context: Context,
  what: string,
  { milliseconds, text, span }: ast.Duration,
  [least, most]: readonly [number, number],
  label: string,
  example: string,
): void {
  if (least <= milliseconds && milliseconds <= most) return;
  context.report("KSP2007", { what, value: text }, { at: span, label, help: `write a time such as \`${example}\`` });
}

export function resolveReconnect(context: Context, reconnect: ast.Reconnect): Reconnect | undefined {
  const tunnel = context.use(reconnect.tunnel, "tunnel");
  const argv: Partial<Record<Os, readonly string[]>> = {};
  const firstOn = new Map<Os, Span>();
  for (const item of reconnect.block.items) {
    if (item.kind !== "run") continue;
    const [program] = item.argv;
    if (program?.value.trim() === "")
      return context.report(
        "KSP2092",
        { what: "program", text: program.value },
        {
          at: program.span,
          label: "names no program",
          help: 'name it, such as `run "systemctl" "restart" "wg-quick@wg0"`',
        },
      );
    for (const os of item.os ? [item.os] : systems) {
      const first = firstOn.get(os);
      if (first) return context.saidTwice(`\`run\` for ${os}`, item.span, first);
      firstOn.set(os, item.span);
      argv[os] = item.argv.map((text) => text.value);
    }
  }
  const backoff = new Items(context, reconnect.block.items, "`reconnect`", reconnect.tunnel.span).optional("backoff");
  if (backoff) checkBackoff(context, backoff);
  if (tunnel === undefined) return undefined;
  const meaning = {
    tunnel,
    argv,
    ...(backoff && { backoff: { from: backoff.from.milliseconds, to: backoff.to.milliseconds } }),
  };
  return context.identify(
    `reconnect-${tunnel}`,
    reconnect,
    printStatement(reconnect),
    meaning,
    partsOf(reconnect.tunnel, reconnect.block.items),
  );
}

function checkBackoff(context: Context, { from, to }: Extract<ast.ReconnectItem, { kind: "backoff" }>): void {
  if (from.milliseconds < 100)
    context.report(
      "KSP2007",
      { what: "first wait", value: from.text },
      { at: from.span, label: "would try without a pause", help: "write at least `100ms`, such as `1s`" },
    );
  else if (from.milliseconds > to.milliseconds)
    context.report(
      "KSP2007",
      { what: "longest wait", value: to.text },
      {
        at: to.span,
        label: `shorter than the first one, \`${from.text}\``,
        help: {
          text: "swap the two",
          edits: [
            { span: from.span, text: to.text },
            { span: to.span, text: from.text },
          ],
        },
      },
    );
}

export function resolveLog(context: Context, log: ast.Log): Policy["log"] {
  const { count, per } = log;
  if (count.value >= 1 && logUnits.includes(per.milliseconds)) return { count: count.value, per: per.milliseconds };
  return context.report(
    "KSP2007",
    { what: "log rate", value: `${count.text} per ${per.text}` },
    { at: log.span, label: "kernels count per second, minute or hour", help: "write a number per 1s, 1m or 1h" },
  );
}

const logUnits: readonly number[] = [1_000, 60_000, 3_600_000];
