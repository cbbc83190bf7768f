import type { WfpConditions, WfpFilter } from "../../src/ir/wfp-document.ts";
import { formatAddress } from "../../src/net/address.ts";
import { formatRange } from "../../src/net/address-set.ts";
import { fields, layers } from "../lab/wfp/guids.ts";

/** What the recorder wrote, read back into the words of documents; LUIDs stand for the aliases that they were looked up for. */

interface Line {
  readonly call: number;
  readonly name: string;
  readonly code: string;
  readonly key?: string;
}

/** What is in force after each session: filters by their keys, with all that was said of them. `there` were there before. */
export function statesIn(
  lines: readonly string[],
  there: ReadonlySet<string> = new Set(),
): readonly ReadonlyMap<string, string>[] {
  const states: ReadonlyMap<string, string>[] = [];
  let live: ReadonlyMap<string, string> = new Map([...there].map((key) => [key, ""]));
  let staged = new Map<string, string>();
  for (const { call: _, name, code, key = "", ...said } of lines.map((line): Line => JSON.parse(line))) {
    if (name === "FwpmEngineClose0") states.push(live);
    if (code !== "0x0") continue;
    if (name === "FwpmTransactionBegin0") staged = new Map(live);
    if (name === "FwpmFilterAdd0") staged.set(key, JSON.stringify(said));
    if (name === "FwpmFilterDeleteByKey0") staged.delete(key);
    if (name === "FwpmTransactionCommit0") live = staged;
  }
  return states;
}

type Raw =
  | { readonly u8: number }
  | { readonly u16: number }
  | { readonly u32: number }
  | { readonly u64: string }
  | { readonly bytes16: string }
  | { readonly blob: string }
  | { readonly descriptor: string }
  | { readonly v4: string }
  | { readonly v6: string; readonly prefix: number }
  | { readonly low: Raw; readonly high: Raw };

const { protocol: protocolField } = fields;
const aliases = new Map<string, string>();

export function filterIn(line: string): WfpFilter | undefined {
  const call = JSON.parse(line);
  if (call.name === "ConvertInterfaceAliasToLuid") aliases.set(luidOf(call.alias), call.alias);
  if (call.name !== "FwpmFilterAdd0") return undefined;
  const [layer] = Object.entries(layers).find(([, guid]) => guid === call.layer) ?? [];
  const when = new Map<string, unknown>();
  for (const { field, match, value } of call.conditions) {
    const [word, said] = conditionIn(field, match, value, call.conditions);
    when.set(word, said === true ? true : [...((when.get(word) as readonly unknown[]) ?? []), said]);
  }
  return {
    name: call.label,
    layer: layer as WfpFilter["layer"],
    weight: Number(call.weight.u64),
    action: call.action === "0x1002" ? "permit" : "block",
    lifetime: (["static", "persistent", "boot"] as const)[call.flags as 0 | 1 | 2],
    when: Object.fromEntries(when) as WfpConditions,
    key: call.key,
  };
}

export const appliedBy = (lines: readonly string[]): readonly WfpFilter[] =>
  lines.flatMap((line) => filterIn(line) ?? []);

/** As the recorder makes them up. */
const luidOf = (alias: string): string =>
  `${BigInt.asUintN(
    64,
    [...alias].reduce((luid, char) => luid * 33n + BigInt(char.charCodeAt(0)), 5381n),
  )}`;

function conditionIn(
  field: string,
  match: number,
  value: Raw,
  all: readonly { field: string; value: Raw }[],
): readonly [string, unknown] {
  const isIcmp = all.every(
    ({ field: other, value: raw }) => other !== protocolField || ("u8" in raw && [1, 58].includes(raw.u8)),
  );
  const word = Object.keys(fields).find(
    (key) => fields[key] === field && (key !== "icmpType" || isIcmp) && (key !== "localPort" || !isIcmp),
  );
  if (word === undefined) throw new Error(`no field ${field}`);
  if ((match === 5) !== "low" in value) throw new Error("a range is asked for as one");
  if (word === "loopback") return [word, match === 6 && "u32" in value && value.u32 === 1];
  if (match !== 5 && match !== 0) throw new Error(`match ${match}`);
  return [word, textOf(word, value)];
}

function textOf(word: string, value: Raw): string | number {
  if ("low" in value) {
    const [low, high] = [textOf(word, value.low), textOf(word, value.high)];
    return `${low}-${high}`;
  }
  if ("u64" in value) return aliases.get(value.u64) ?? value.u64;
  if ("u8" in value)
    return word === "localAddressType" ? ({ 1: "unicast", 3: "multicast", 4: "broadcast" }[value.u8] ?? "") : value.u8;
  if ("u16" in value) return word === "icmpType" ? value.u16 : `${value.u16}`;
  if ("u32" in value) return formatAddress({ family: "ipv4", value: BigInt(value.u32) });
  if ("bytes16" in value) return formatAddress({ family: "ipv6", value: BigInt(`0x${value.bytes16}`) });
  if ("v4" in value) {
    const [address = 0n, mask = 0n] = value.v4.split("/").map((hex) => BigInt(`0x${hex}`));
    return formatRange({ family: "ipv4", first: address, last: address | (mask ^ 0xffffffffn) });
  }
  if ("v6" in value) {
    const first = BigInt(`0x${value.v6}`);
    return formatRange({ family: "ipv6", first, last: first | ((1n << BigInt(128 - value.prefix)) - 1n) });
  }
  return "blob" in value ? pathOf(value.blob) : serviceOf(value.descriptor);
}

const pathOf = (hex: string): string =>
  Buffer.from(hex, "hex")
    .toString("utf16le")
    .replace(/^\\device\\harddiskvolume1/, "C:")
    .replace(/\0$/, "");

/** SDDL of a self-relative descriptor (MS-DTYP 2.4.6) that allows one SID to be matched. */
function serviceOf(hex: string): string {
  const bytes = Buffer.from(hex, "hex");
  const [owner, group, list] = [bytes.readUInt32LE(4), bytes.readUInt32LE(8), bytes.readUInt32LE(16)];
  const sid = (at: number): string => {
    const count = bytes.readUInt8(at + 1);
    const parts = Array.from({ length: count }, (_, i) => bytes.readUInt32LE(at + 8 + 4 * i));
    return ["S", bytes.readUInt8(at), bytes.readUIntBE(at + 2, 6), ...parts].join("-");
  };
  if (bytes.readUInt16LE(2) !== 0x8004 || bytes.readUInt16LE(list + 4) !== 1 || bytes.readUInt8(list + 8) !== 0)
    throw new Error("no descriptor with one entry that allows");
  if (bytes.readUInt16LE(list + 2) !== bytes.length - list || bytes.readUInt16LE(list + 10) !== bytes.length - list - 8)
    throw new Error("lengths do not fit");
  return `O:${sid(owner)}G:${sid(group)}D:(A;;${bytes.readUInt32LE(list + 12)};;;${sid(list + 16)})`;
}

/** A filter of a document, with what a machine makes of its names. */
export function recorded(filter: WfpFilter, sidOf: (service: string) => string): WfpFilter {
  const { program, service } = filter.when;
  const when = {
    ...filter.when,
    ...(program && {
      program: program.map((path) =>
        path.replace(/^[A-Z](?=:)/, "C").replace(/(?<=^.:).*/, (rest) => rest.toLowerCase()),
      ),
    }),
    ...(service && { service: service.map((name) => `O:S-1-5-18G:S-1-5-18D:(A;;1;;;${sidOf(name)})`) }),
  };
  return { ...filter, when };
}
