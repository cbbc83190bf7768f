import { isFault, parseNet } from "../net/parse-net.ts";
import { type Bundle, bundleSchema, sha256 } from "./bundle.ts";
import { schemaFault } from "./validate.ts";

export type Read = { readonly bundle: Bundle } | { readonly fault: string };

/** A bundle as it was read from its folder: whole, unchanged and of a known form, or a reason why it must not be loaded. */
export function readBundle(files: ReadonlyMap<string, string>): Read {
  const text = files.get("bundle.json");
  if (text === undefined) return { fault: "there is no bundle.json" };
  const parsed = parseJson(text);
  if (parsed === undefined) return { fault: "bundle.json is no JSON" };
  const fault = schemaFault(bundleSchema, parsed);
  if (fault !== undefined) return { fault: `bundle.json: ${fault}` };
  const written = parsed as Bundle;
  const revived = withAddresses(written.runtime);
  if ("fault" in revived) return { fault: `bundle.json: ${revived.fault}` };
  const bundle = { ...written, ...revived };
  for (const [path, digest] of Object.entries(bundle.files)) {
    const content = files.get(path);
    if (content === undefined) return { fault: `${path} is missing` };
    if (sha256(content) !== digest) return { fault: `${path} was changed after it was compiled` };
  }
  return { bundle };
}

/** Where the schema has sets of addresses: texts in JSON, ranges in memory. */
const addressKeys: ReadonlySet<string> = new Set([
  "addresses",
  "prefixes",
  "targets",
  "resolvers",
  "destinations",
  "pinned",
  "within",
]);

function withAddresses(runtime: unknown): { readonly runtime: Bundle["runtime"] } | { readonly fault: string } {
  const wrong: string[] = [];
  const revived: unknown = JSON.parse(JSON.stringify(runtime), (key, value: unknown) => {
    if (!addressKeys.has(key) || !Array.isArray(value)) return value;
    return value.map((each) => {
      const net = parseNet(String(each));
      if (isFault(net)) wrong.push(String(each));
      return net;
    });
  });
  return wrong.length > 0 ? { fault: `${wrong[0]} is no address` } : { runtime: revived as Bundle["runtime"] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
