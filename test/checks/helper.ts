import { expect } from "vitest";
import { check } from "../../src/check.ts";
import type { Code } from "../../src/diagnostics/catalogue.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { applyEdits } from "../../src/diagnostics/edits.ts";
import type { Source } from "../../src/diagnostics/span.ts";
import { at, marked } from "../diagnostics/marked.ts";

/** What a source is told from its first token to the last check. */
export const diagnose = (source: Source): readonly Diagnostic[] => check(source).diagnostics;

export interface Fault {
  readonly code: Code;
  readonly message: string;
  readonly label: string;
  /** Which mark of the source is underlined; unsaid, the first. */
  readonly mark?: number;
  /** Labels of other marks. */
  readonly secondary?: readonly (readonly [mark: number, text: string])[];
  readonly help: string;
  /** The fix turns the source into this; it must be clean. Unsaid, there is none. */
  readonly fixed?: string;
}

/** The source, with places marked as ⟦…⟧, is told exactly these faults. */
export function expectFaults(text: string, ...faults: readonly Fault[]): void {
  const { source, spans } = marked(text);
  const found = diagnose(source);
  expect(
    found.map(({ code, message, primary, secondary, help }) => ({
      code,
      message,
      label: primary?.text,
      underlined: primary && [primary.span, source.text.slice(primary.span.start, primary.span.end)],
      secondary,
      help: help?.text,
    })),
  ).toEqual(
    faults.map(({ code, message, label, mark = 0, secondary = [], help }) => {
      const span = at(spans, mark);
      return {
        code,
        message,
        label,
        underlined: [span, source.text.slice(span.start, span.end)],
        secondary: secondary.map(([other, words]) => ({ span: at(spans, other), text: words })),
        help,
      };
    }),
  );
  for (const [i, { fixed }] of faults.entries()) {
    const edits = found[i]?.help?.edits ?? [];
    const result = edits.length === 0 ? undefined : applyEdits(source.text, edits).text;
    expect(result).toBe(fixed);
    if (fixed !== undefined) expectClean(fixed);
  }
}

export function expectClean(text: string): void {
  expect(diagnose({ file: "home.ksp", text }).map(({ code, message }) => `${code} ${message}`)).toEqual([]);
}

const oneTunnel = {
  links: "",
  protocol: "  protocol wireguard",
  interface: '  interface "wg0"',
  server: "  server 198.51.100.7 udp 51820",
  carrier: "  carrier mark 0x6b73/0xffff",
  address: "  address 10.64.0.2/32",
  carries: "  carries everything",
  dns: "dns 10.64.0.1 through wg0",
  ipv6: "ipv6 block",
  more: "",
  watch: watch("wg0", "10.64.0.1"),
};

/** A policy with one tunnel, clean but for what is changed. */
export function home(changed: Partial<typeof oneTunnel> = {}): string {
  const part = { ...oneTunnel, ...changed };
  const {
    links,
    protocol,
    interface: device,
    server,
    carrier,
    address,
    carries,
    dns,
    ipv6,
    more,
    watch: probes,
  } = part;
  const tunnel = ["tunnel wg0 {", protocol, device, server, carrier, address, carries, "}"];
  return lines("ksp 1", "policy home", links, ...tunnel, dns, ipv6, more, probes);
}

const twoHops = {
  entry: "",
  exit: "",
  chain: "chain private = entry -> exit",
  dns: "dns 10.65.0.1 through exit",
  more: "",
};

/** A policy with `entry` and `exit`; the two texts are further lines of each. Clean but for what is changed. */
export function chain(changed: Partial<typeof twoHops> = {}): string {
  const { entry, exit, chain: hops, dns, more } = { ...twoHops, ...changed };
  return lines(
    "ksp 1",
    "policy nested",
    tunnel("entry", "wg0", entry || "  server 198.51.100.7 udp 51820\n  carrier mark 0x1/0xff", "10.64.0.2"),
    tunnel("exit", "wg1", exit || "  server 203.0.113.7 udp 51820\n  carrier mark 0x2/0xff", "10.65.0.2"),
    hops,
    dns,
    "ipv6 block",
    more,
    watch("entry", "10.64.0.1"),
    watch("exit", "10.65.0.1"),
  );
}

export function tunnel(name: string, device: string, more: string, address: string): string {
  return lines(
    `tunnel ${name} {`,
    "  protocol wireguard",
    `  interface "${device}"`,
    more,
    `  address ${address}/32`,
    "  carries everything",
    "}",
  ).trimEnd();
}

export function watch(name: string, target: string): string {
  return `watch ${name} {\n  interface\n  heartbeat ${target} every 1s lost after 3\n}`;
}

const lines = (...parts: readonly string[]): string =>
  parts
    .filter((part) => part !== "")
    .join("\n")
    .concat("\n");
