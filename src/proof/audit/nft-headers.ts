import type { Json } from "../readers/nft/json.ts";
import { elementsOf, spansOf } from "../readers/nft/listed-values.ts";
import { protocolNames } from "../readers/nft/numbers.ts";
import type { IpFamily } from "../readers/nft/program.ts";
import type { Test } from "./rules.ts";
import { flagBits, flagsTest, together } from "./tcp-flags.ts";
import { known, negated, ordinarily } from "./test-forms.ts";

/** What stands in a header and `question` does not know, with or without a mask; undefined where something else is asked. */
export function headerTest(payload: Json, mask: Json | undefined, right: Json, op: string): Test | undefined {
  const isNegated = op === "!=";
  switch (`${payload.get("protocol")?.value} ${payload.get("field")?.value}`) {
    case "tcp flags":
      return flagsOf(mask, right, op);
    case "ip frag-off":
      // The offset, with or without the bit that more follow: no ordinary packet is a fragment.
      if (mask?.value !== 0x1fff && mask?.value !== 0x3fff) return undefined;
      return right.value === 0 ? negated({ kind: "rarely" }, !isNegated) : undefined;
    case "ip protocol":
      return mask ? undefined : protocolOf("ipv4", right, isNegated);
    case "ip6 nexthdr":
      // Of the first header, and an ordinary packet has none but that of its protocol.
      if (extensions.has(right.value)) return negated({ kind: "rarely" }, isNegated);
      return mask ? undefined : ordinarily(protocolOf("ipv6", right, isNegated));
    default:
      return undefined;
  }
}

const extensions: ReadonlySet<unknown> = new Set([0, 43, 44, 60]);

function protocolOf(family: IpFamily, right: Json, isNegated: boolean): Test {
  const spans = spansOf(right.isArray ? right.array() : elementsOf(right), 255, protocolNames);
  const protocol = known({ kind: "protocol", spans, isNegated });
  return { kind: "either", of: [[known({ kind: "family", families: [family] }), protocol]] };
}

/** `tcp flags syn`, of which one is set, `tcp flags == syn`, `tcp flags & (fin | syn) == syn`; undefined where something else is asked. */
function flagsOf(mask: Json | undefined, right: Json, op: string): Test | undefined {
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
  return parts && together(parts.map(bitsOf));
}
