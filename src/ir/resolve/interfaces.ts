import type { Span } from "../../diagnostics/span.ts";
import type * as ast from "../../parser/ast.ts";
import type { Device, Devices, Identities, Identity, Name, Os } from "../policy.ts";
import { systems } from "../systems.ts";
import type { Context } from "./context.ts";
import { resolveIdentity } from "./values.ts";

/** A name without a system counts for all of them. */
export function resolveDevices(
  context: Context,
  items: readonly ast.InterfaceItem[],
  owner: Name,
): Devices | undefined {
  const devices: Partial<Record<Os, Device[]>> = {};
  for (const { os, device, span } of items.flatMap((i) => i.names)) {
    const resolved = device === "utun" ? ({ kind: "utun", of: owner } as const) : resolveDevice(context, device, span);
    if (!resolved) return undefined;
    for (const system of os ? [os] : systems) {
      devices[system] ??= [];
      devices[system].push(resolved);
    }
  }
  return devices;
}

function resolveDevice(context: Context, device: ast.Text, span: Span): Device | undefined {
  if (device.kind === "param") return context.unsupported("a parameter", device.span);
  const { value } = device;
  if (value === "" || value === "*")
    return context.report(
      "KSP2007",
      { what: "interface", value },
      { at: span, label: "names no interface", help: "name the interface, or a prefix such as `br-*`" },
    );
  return value.endsWith("*") ? { kind: "prefix", prefix: value.slice(0, -1) } : { kind: "named", name: value };
}

/** Several lines for one system are alternatives; within a line all must hold. */
export function resolveCarrier(context: Context, items: readonly ast.CarrierItem[]): Identities | undefined {
  const carrier: Partial<Record<Os, (readonly Identity[])[]>> = {};
  for (const item of items) {
    const all: Identity[] = [];
    for (const identity of item.identities) {
      const resolved = resolveIdentity(context, identity, item.os);
      if (!resolved) return undefined;
      all.push(resolved);
    }
    for (const os of item.os ? [item.os] : systems) {
      carrier[os] ??= [];
      carrier[os].push(all);
    }
  }
  return carrier;
}
