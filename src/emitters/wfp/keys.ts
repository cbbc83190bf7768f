import { createHash } from "node:crypto";

/** All objects of ksp have keys below this one, whatever the policy is called. */
const namespace = "5f0c1f6e-7b61-4f0e-9b55-6b7370776670";

/** A UUID of version 5 (RFC 9562 5.5): the same content has the same key, in every state and on every machine. */
export function keyOf(content: string): string {
  const hash = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(content)
    .digest();
  const bytes = hash.subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
