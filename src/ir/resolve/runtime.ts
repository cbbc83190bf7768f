import type * as ast from "../../parser/ast.ts";
import { printStatement } from "../../parser/printer.ts";
import type { Control, Os, Policy, Probe, Reconnect, Watch } from "../policy.ts";
import type { Context } from "./context.ts";
import { systems } from "./interfaces.ts";
import { Items } from "./items.ts";
import { partsOf } from "./parts.ts";
import { resolveNets } from "./values.ts";

export function resolveWatch(context: Context, watch: ast.Watch): Watch | undefined {
  const tunnel = context.use(watch.tunnel, "tunnel");
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
    case "route": {
      const prefixes = resolveNets(context, item.nets);
      return prefixes && { kind: "route", prefixes };
    }
    case "heartbeat": {
      const targets = resolveNets(context, item.targets);
      const { value, span, text } = item.lostAfter;
      if (value < 1)
        return context.report(
          "KSP2007",
          { what: "number of lost heartbeats", value: text },
          { at: span, label: "a tunnel that is lost before the first heartbeat never opens" },
        );
      if (item.every.milliseconds < 10)
        return context.report(
          "KSP2007",
          { what: "heartbeat interval", value: item.every.text },
          { at: item.every.span, label: "shorter than 10ms", help: "write an interval between 10ms and a few seconds" },
        );
      return targets && { kind: "heartbeat", targets, every: item.every.milliseconds, lostAfter: value };
    }
  }
}

/** Unsaid: root may disable, nobody else. */
export const rootOnly: Control = { disable: "allowed" };

export function resolveControl(context: Context, control: ast.Control): Control {
  const items = new Items(context, control.block.items, "`control`", control.span);
  const group = items.optional("group");
  const disable = items.optional("disable")?.disable ?? "allowed";
  const confirm = items.optional("confirm");
  return {
    ...(group && { group: group.group.value }),
    disable: typeof disable === "string" ? disable : disable.milliseconds,
    ...(confirm && { confirmWithin: confirm.within.milliseconds }),
  };
}

export function resolveReconnect(context: Context, reconnect: ast.Reconnect): Reconnect | undefined {
  const tunnel = context.use(reconnect.tunnel, "tunnel");
  const argv: Partial<Record<Os, readonly string[]>> = {};
  for (const item of reconnect.block.items) {
    if (item.kind !== "run") continue;
    for (const os of item.os ? [item.os] : systems) {
      if (argv[os])
        return context.report("KSP2006", { what: "`run`" }, { at: item.span, label: `the second command for ${os}` });
      argv[os] = item.argv.map((text) => text.value);
    }
  }
  const backoff = new Items(context, reconnect.block.items, "`reconnect`", reconnect.span).optional("backoff");
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
