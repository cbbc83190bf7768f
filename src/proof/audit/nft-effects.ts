import { addressOf } from "../readers/nft/addresses.ts";
import type { Json } from "../readers/nft/json.ts";
import { addressesOf } from "../readers/nft/listed-values.ts";
import type { IpFamily, Span } from "../readers/nft/program.ts";
import { accepting, copied, type Effect, offloaded, queued } from "./effects.ts";
import { isMarkOf, markBits } from "./nft-marks.ts";
import type { Act, End } from "./rules.ts";

/** Statements that change nothing about where a packet goes. */
export const isHarmless = (kind: string): boolean => harmless.has(kind);
const harmless: ReadonlySet<string> = new Set([
  "counter",
  "log",
  "last",
  "continue",
  "comment",
  "ct helper",
  "ct timeout",
  "ct expectation",
  "secmark",
]);

export function endOf(kind: string, value: Json): End | undefined {
  switch (kind) {
    case "accept":
    case "drop":
    case "return":
      return { kind };
    case "reject":
      return { kind: "drop" };
    case "jump":
    case "goto":
      return { kind, chain: value.object(["target"]).target.string() };
    default:
      return undefined;
  }
}

/** What a statement does to a packet, or to a frame at a card. `Unreadable` is thrown where nobody knows. */
export function effectOf(kind: string, value: Json, isAtCard: boolean): Effect {
  switch (kind) {
    case "masquerade":
      return accepting({ kind: "source" });
    case "snat":
      return accepting({ kind: "source", ...addressIn(value) });
    case "dnat":
      return accepting({ kind: "destination", ...addressIn(value), ...portsIn(value) });
    case "redirect":
      return accepting({ kind: "destination", isOwn: true, ...portsIn(value) });
    case "mangle":
      return { acts: mangled(value) };
    case "notrack":
      return { acts: [{ kind: "untracked" }] };
    case "queue":
      return queued;
    case "fwd":
      return accepting({ kind: "past", isCopy: false, does: "sends packets out by a card itself" });
    case "dup":
      return isAtCard ? copied : { acts: [] };
    case "flow":
      return offloaded;
    case "tproxy":
      // It takes arriving packets to a program of this machine, and `input` judges them.
      return { acts: [] };
    default:
      return value.fail(`unknown statement ${kind}`);
  }
}

/** Where the address stands in a map, it may be any of it; without one it stays. */
function addressIn(value: Json): Pick<Extract<Act, { kind: "source" }>, "family" | "ranges"> {
  const addr = value.isNull ? undefined : value.get("addr");
  if (!addr) return {};
  const said = value.get("family");
  const text = addr.isString ? addr.string() : "";
  const family: IpFamily = said?.isString
    ? said.string() === "ip6"
      ? "ipv6"
      : "ipv4"
    : text.includes(":")
      ? "ipv6"
      : "ipv4";
  // Of a map, any.
  if (addr.get("map")) return { family };
  if (addr.isString) {
    const address = addressOf(family, addr.string());
    return address === undefined ? { family } : { family, ranges: [{ first: address, last: address }] };
  }
  const ranges = addressesOf(family, [addr]);
  return ranges ? { family, ranges } : { family };
}

function portsIn(value: Json): { readonly ports?: readonly Span[] } {
  const port = value.isNull ? undefined : value.get("port");
  if (!port) return {};
  if (typeof port.value === "number") return { ports: [{ first: port.value, last: port.value }] };
  const [first, last] = port.get("range")?.array() ?? [];
  const ends = first && last ? { first: first.number(65535), last: last.number(65535) } : { first: 0, last: 65535 };
  return { ports: [ends] };
}

function mangled(value: Json): readonly Act[] {
  const { key, value: set } = value.object(["key", "value"]);
  const [kind, of] = key.only();
  const name = of.get("key");
  const field = name?.isString ? name.string() : "";
  switch (kind) {
    case "meta":
      if (field === "mark") return isMarkOf("ct", set) ? [{ kind: "restored-mark", bits: 0xffffffff }] : marked(set);
      if (["priority", "nftrace", "pkttype", "secmark"].includes(field)) return [];
      break;
    case "ct": {
      if (field === "mark") {
        const saved = isMarkOf("meta", set) ? 0xffffffff : 0;
        const { keep, flip, any } = markBits(set, "ct") ?? { keep: 0, flip: 0, any: 0 };
        return [{ kind: "connection-mark", keep: (keep & ~flip & ~any) >>> 0, saved }];
      }
      if (["helper", "label", "event", "secmark", "timeout"].includes(field)) return [];
      break;
    }
    case "tcp option":
      return [];
    case "payload": {
      const names = [of.get("protocol"), of.get("field")].map((part) => (part?.isString ? part.string() : ""));
      const [protocol, part] = names;
      if (part === "ttl" || part === "hoplimit") return [{ kind: "any-hop-limit" }];
      if (["dscp", "ecn", "flowlabel", "checksum"].includes(part ?? "")) return [];
      const family = protocol === "ip" ? "ipv4" : protocol === "ip6" ? "ipv6" : undefined;
      if (part === "saddr" && family) return [{ kind: "source", family, ranges: everything[family] }];
      if (part === "daddr" && family) return [{ kind: "destination", family, ranges: everything[family] }];
      if (part === "dport") return [{ kind: "destination", ports: [{ first: 0, last: 65535 }] }];
      break;
    }
  }
  return key.fail(`unknown field ${key.shown}`);
}

const everything = {
  ipv4: [{ first: 0n, last: (1n << 32n) - 1n }],
  ipv6: [{ first: 0n, last: (1n << 128n) - 1n }],
} as const;

function marked(set: Json): readonly Act[] {
  const { keep, flip, any } = markBits(set, "meta") ?? { keep: 0, flip: 0, any: 0xffffffff };
  return [{ kind: "mark", keep, flip }, ...(any === 0 ? [] : [{ kind: "any-mark", bits: any } as const])];
}
