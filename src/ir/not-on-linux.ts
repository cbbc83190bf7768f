import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Identity } from "./policy.ts";

/** Owners of packets that Windows shows, and Linux does not; undefined where Linux does. */
export function notOnLinux({ kind }: Pick<Identity, "kind">, at: Span): Diagnostic | undefined {
  if (kind !== "program" && kind !== "service") return undefined;
  return diagnostic(
    "KSP4002",
    { target: "Linux", construct: `which ${kind} sends a packet` },
    {
      at,
      label: "packets do not show it",
      notes: ["a weaker rule is never written in its place"],
      help: 'run it as a user of its own, or in a slice of systemd, and name that: `user NUMBER` or `slice "NAME.slice"`; or declare an `app`, with a line for Windows',
    },
  );
}
