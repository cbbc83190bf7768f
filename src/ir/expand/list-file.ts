import { createHash } from "node:crypto";
import type { Source } from "../../diagnostics/span.ts";
import { width } from "../../net/address.ts";
import { isFault, parseNet } from "../../net/parse-net.ts";
import type * as ast from "../../parser/ast.ts";
import type { Faults } from "./faults.ts";

/** Refuses a text whose bytes are not those that were pinned. */
export function checkDigest(faults: Faults, { path, sha256 }: ast.ListFile, text: string): void {
  if (!sha256) return;
  const found = createHash("sha256").update(text).digest("hex");
  if (found === sha256.value) return;
  faults.report(
    "KSP2070",
    { file: path.value },
    {
      at: sha256.span,
      label: /^[0-9a-f]{64}$/.test(sha256.value)
        ? "the digest of another content"
        : "no SHA-256 in 64 small hex digits",
      notes: [`its SHA-256 is ${found}`],
      // No edit: a pin that a machine renews guards nothing.
      help: "read what has changed in the file, then pin its new digest",
    },
  );
}

/** One address, prefix or range a line; what a line holds is judged where names are bound, as in any list. */
export function listEntries({ file, text }: Source): readonly ast.Net[] {
  const nets: ast.Net[] = [];
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf("\n", start);
    const end = found === -1 ? text.length : found;
    const line = text.slice(start, end);
    const comment = line.indexOf("#");
    const content = comment === -1 ? line : line.slice(0, comment);
    const entry = content.trim();
    if (entry !== "") {
      const from = start + content.indexOf(entry);
      nets.push({ kind: kindOf(entry), text: entry, span: { file, start: from, end: from + entry.length } });
    }
    start = end + 1;
  }
  return nets;
}

const kindOf = (entry: string): ast.Net["kind"] =>
  entry.includes("/") ? "prefix" : entry.includes("-") ? "range" : "address";

/** `no wider than /16` counts the bits of each family, so that one number serves a list of both. */
export function checkWidth(faults: Faults, { noWiderThan }: ast.ListFile, nets: readonly ast.Net[]): void {
  if (!noWiderThan) return;
  const { value: least, span } = noWiderThan;
  if (least > 128) {
    faults.report(
      "KSP2007",
      { what: "prefix length", value: `/${least}` },
      { at: span, label: "an IPv6 address has 128 bits", help: "write a length from 0 to 128" },
    );
    return;
  }
  for (const net of nets) {
    if (!isWider(net, least)) continue;
    faults.report(
      "KSP2071",
      { net: net.text, length: `${least}` },
      {
        at: net.span,
        label: "too many addresses for one line",
        secondary: [{ span, text: "the limit" }],
        help: "remove the line, or raise the limit if the list is meant to hold it",
      },
    );
  }
}

/** Whether it holds more addresses than a prefix of that length. A line that is no net is told elsewhere. */
function isWider({ kind, text }: ast.Net, least: number): boolean {
  if (kind === "prefix") return Number(text.slice(text.indexOf("/") + 1)) < least;
  if (kind === "address") return width(text.includes(":") ? "ipv6" : "ipv4") < least;
  const net = parseNet(text);
  if (isFault(net)) return false;
  const bits = width(net.family) - least;
  return bits < 0 || net.last - net.first >= 1n << BigInt(bits);
}
