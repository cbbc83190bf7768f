import type { IpFamily } from "../readers/nft/program.ts";
import { accepting, type Effect, offloaded, queued } from "./effects.ts";
import { rangesOf } from "./ipset.ts";
import { argumentsOf } from "./iptables-words.ts";
import type { Act } from "./rules.ts";

/** What a target does; `isChain`: whether there is a chain of that name. */
export function effectOfTarget(
  values: readonly string[],
  families: readonly IpFamily[],
  isChain: (name: string) => boolean,
): Effect {
  const [name = "", ...rest] = values;
  if (isChain(name)) return { acts: [], end: { kind: "jump", chain: name } };
  const asked = argumentsOf(rest);
  const value = (option: string): string | undefined => asked.find((part) => part.option === option)?.values[0];
  const has = (option: string): boolean => asked.some((part) => part.option === option);
  const unknown: Effect = { acts: [{ kind: "unknown", words: `-j ${values.join(" ")}` }] };
  switch (name) {
    case "ACCEPT":
      return { acts: [], end: { kind: "accept" } };
    case "DROP":
    case "REJECT":
      return { acts: [], end: { kind: "drop" } };
    case "RETURN":
      return { acts: [], end: { kind: "return" } };
    case "QUEUE":
    case "NFQUEUE":
      return queued;
    case "MASQUERADE":
      return accepting({ kind: "source" });
    case "SNAT":
      return accepting({ kind: "source", ...to(value("--to-source"), families) });
    case "DNAT":
      return accepting({
        kind: "destination",
        ...to(value("--to-destination"), families),
        ...portsIn(value("--to-destination")),
      });
    case "REDIRECT":
      return accepting({ kind: "destination", isOwn: true, ...portsIn(`:${value("--to-ports") ?? ""}`) });
    case "NETMAP":
      return accepting({ kind: "destination", ...to(value("--to"), families) });
    case "MARK": {
      const [bits, mask] = pair(value("--set-xmark") ?? value("--set-mark"));
      return bits === undefined ? unknown : { acts: [{ kind: "mark", keep: ~mask >>> 0, flip: bits }] };
    }
    case "CONNMARK": {
      const [ours, theirs] = [value("--nfmask"), value("--ctmask")].map((mask) => Number(mask ?? 0xffffffff)) as [
        number,
        number,
      ];
      // Whatever is in one mask alone is cleared, or flipped.
      const [either, both] = [(ours | theirs) >>> 0, (ours & theirs) >>> 0];
      if (has("--restore-mark"))
        return { acts: [either === both ? { kind: "restored-mark", bits: both } : { kind: "any-mark", bits: either }] };
      if (has("--save-mark")) return { acts: [{ kind: "connection-mark", keep: ~either >>> 0, saved: both }] };
      const [bits, mask] = pair(value("--set-xmark") ?? value("--set-mark"));
      const changed = bits === undefined ? 0xffffffff : (mask | bits) >>> 0;
      return { acts: [{ kind: "connection-mark", keep: ~changed >>> 0, saved: 0 }] };
    }
    case "HMARK":
      return { acts: [{ kind: "any-mark", bits: 0xffffffff }] };
    case "SET":
      if (rest.some((word) => word.startsWith("ksp_"))) return unknown;
      return { acts: has("--map-mark") ? [{ kind: "any-mark", bits: 0xffffffff }] : [] };
    case "CT":
      return has("--notrack") ? { acts: [{ kind: "untracked" }] } : has("--zone") ? unknown : { acts: [] };
    case "NOTRACK":
      return { acts: [{ kind: "untracked" }] };
    case "TTL":
    case "HL":
      return { acts: [{ kind: "any-hop-limit" }] };
    case "SNPT":
      return { acts: [{ kind: "source", ...to(value("--dst-pfx"), families) }] };
    case "DNPT":
      return { acts: [{ kind: "destination", ...to(value("--dst-pfx"), families) }] };
    case "FLOWOFFLOAD":
      return offloaded;
    case "SYNPROXY":
      // It answers by itself, at OUTPUT.
      return { acts: [], end: { kind: "drop" } };
    case "TPROXY":
      // It takes arriving packets to a program of this machine, and INPUT judges them.
      return { acts: [], end: { kind: "accept" } };
    default:
      return harmless.has(name) ? { acts: [] } : unknown;
  }
}

/** They change nothing about where a packet goes. */
const harmless: ReadonlySet<string> = new Set([
  "LOG",
  "NFLOG",
  "ULOG",
  "AUDIT",
  "TRACE",
  "TCPMSS",
  "TCPOPTSTRIP",
  "DSCP",
  "TOS",
  "ECN",
  "CLASSIFY",
  "CHECKSUM",
  "LED",
  "RATEEST",
  "SECMARK",
  "CONNSECMARK",
  "IDLETIMER",
  // The copy begins anew at OUTPUT, and ours judge it.
  "TEE",
]);

/** `10.0.0.1`, `10.0.0.1-10.0.0.9:80-90`, `[fd00::1]:80`. */
function to(
  text: string | undefined,
  families: readonly IpFamily[],
): Pick<Extract<Act, { kind: "source" }>, "family" | "ranges"> {
  const address =
    /^\[([^\]]*)\]/.exec(text ?? "")?.[1] ??
    (text?.includes("::") || /^[\da-f]+:[\da-f]+:/i.test(text ?? "") ? text : text?.split(":")[0]);
  const found = families.flatMap((family) => {
    const ranges = address === undefined ? undefined : rangesOf(family, [address]);
    return ranges ? [{ family, ranges }] : [];
  });
  const [only] = families;
  return found[0] ?? (families.length === 1 && only ? { family: only } : {});
}

function portsIn(text: string | undefined): {
  readonly ports?: readonly { readonly first: number; readonly last: number }[];
} {
  const [, first, last = first] = /(?:^|[\d.\]]):(\d+)(?:-(\d+))?(?:\/\d+)?$/.exec(text ?? "") ?? [];
  return first === undefined || last === undefined ? {} : { ports: [{ first: Number(first), last: Number(last) }] };
}

/** `0x1/0xff`. */
function pair(text: string | undefined): readonly [bits: number | undefined, mask: number] {
  const [bits, mask = 0xffffffff] = (text ?? "").split("/").map(Number);
  const isWhole = [bits, mask].every((number) => number !== undefined && number >= 0 && number <= 0xffffffff);
  return [text !== undefined && isWhole ? bits : undefined, mask];
}
