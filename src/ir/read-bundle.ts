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
  const bundle = parsed as Bundle;
  for (const [path, digest] of Object.entries(bundle.files)) {
    const content = files.get(path);
    if (content === undefined) return { fault: `${path} is missing` };
    if (sha256(content) !== digest) return { fault: `${path} was changed after it was compiled` };
  }
  return { bundle };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
