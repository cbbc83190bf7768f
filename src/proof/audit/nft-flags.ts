import type { Json } from "../readers/nft/json.ts";
import type { Test } from "./rules.ts";
import { flagBits, flagsTest } from "./tcp-flags.ts";

/** `tcp flags syn`, of which one is set, `tcp flags == syn`, `tcp flags & (fin | syn) == syn`; undefined where something else is asked. */
export function flagsOf(payload: Json, mask: Json | undefined, right: Json, op: string): Test | undefined {
  if (payload.get("protocol")?.value !== "tcp" || payload.get("field")?.value !== "flags") return undefined;
  const asked = mask ? bitsOf(mask) : 0xff;
  if (asked === undefined) return undefined;
  if (op === "in") {
    const bits = bitsOf(right);
    return bits === undefined ? undefined : flagsTest((flags) => (flags & asked & bits) !== 0);
  }
  const wanted = right.get("set") ? right.object(["set"]).set.array().map(bitsOf) : [bitsOf(right)];
  if (wanted.includes(undefined)) return undefined;
  return flagsTest((flags) => wanted.includes(flags & asked) !== (op === "!="));
}

function bitsOf(flags: Json): number | undefined {
  if (typeof flags.value === "number") return flags.value;
  if (flags.isString) return flagBits[flags.string()];
  const parts = flags.isArray ? flags.array() : flags.get("|")?.array();
  return parts
    ?.map(bitsOf)
    .reduce((sum, bits) => (sum === undefined || bits === undefined ? undefined : sum | bits), 0);
}
