import type * as ast from "../../parser/ast.ts";
import { printStatement } from "../../parser/printer.ts";
import type { Control, Probe, Watch } from "../policy.ts";
import type { Context } from "./context.ts";
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
