import { createHash } from "node:crypto";
import koffi from "koffi";
import type { WfpConditions, WfpDocument, WfpFilter } from "../../../src/ir/wfp-document.ts";
import { type Family, width } from "../../../src/net/address.ts";
import { prefixLength } from "../../../src/net/address-set.ts";
import { isFault, parseNet } from "../../../src/net/parse-net.ts";
import { type Call, guid, structs } from "./abi.ts";
import { fields, layers } from "./guids.ts";

/** What `apply.ps1` does, written again for Node: the two must make the same calls with the same bytes. */
export function apply(call: Call, document: WfpDocument, { isTrial = false, tries = 3 } = {}): void {
  try {
    replace(call, document, isTrial);
  } catch (error) {
    if (!(error instanceof Changed) || tries === 1) throw error;
    apply(call, document, { isTrial, tries: tries - 1 });
  }
}

class Changed extends Error {}

function replace(call: Call, document: WfpDocument, isTrial: boolean): void {
  transact(call, isTrial, (engine) => {
    clear(call, engine, document, new Set());
    if (!hasProvider(call, engine, document) || !hasSublayer(call, engine, document)) {
      removeParents(call, engine, document);
      addParents(call, engine, document);
    }
    const parents = { provider: guidOf(document.provider.key), sublayer: guidOf(document.sublayer.key) };
    const interfaces = new Interfaces(call);
    for (const filter of document.filters) addFilter(call, engine, filter, parents, interfaces);
    interfaces.confirm();
  });
}

export function remove(call: Call, documents: readonly WfpDocument[]): void {
  transact(call, false, (engine) => {
    const gone = new Set<string>();
    for (const document of documents) clear(call, engine, document, gone);
    for (const document of documents) removeParents(call, engine, document);
  });
}

const missing = { filter: 0x80320003, provider: 0x80320005, sublayer: 0x80320007 } as const;

function clear(call: Call, engine: unknown, document: WfpDocument, gone: Set<string>): void {
  const erase = (key: string): number => call("FwpmFilterDeleteByKey0", engine, guidOf(key));
  for (const key of ownFilters(call, engine, document).filter((each) => !gone.has(each))) {
    gone.add(key);
    check(erase(key));
  }
  for (const { key } of document.filters.filter((filter) => !gone.has(filter.key))) {
    gone.add(key);
    checkBut(missing.filter, erase(key));
  }
}

function removeParents(call: Call, engine: unknown, { provider, sublayer }: WfpDocument): void {
  checkBut(missing.sublayer, call("FwpmSubLayerDeleteByKey0", engine, guidOf(sublayer.key)));
  checkBut(missing.provider, call("FwpmProviderDeleteByKey0", engine, guidOf(provider.key)));
}

function addParents(call: Call, engine: unknown, { provider, sublayer }: WfpDocument): void {
  const key = guidOf(provider.key);
  check(
    call(
      "FwpmProviderAdd0",
      engine,
      { key, display: named(provider.name), flags: 1, data: noBlob, service: null },
      null,
    ),
  );
  const { weight, name } = sublayer;
  const said = {
    key: guidOf(sublayer.key),
    display: named(name),
    flags: 1,
    provider: key,
    providerData: noBlob,
    weight,
  };
  check(call("FwpmSubLayerAdd0", engine, said, null));
}

function hasProvider(call: Call, engine: unknown, { provider }: WfpDocument): boolean {
  const found: unknown[] = [null];
  const code = call("FwpmProviderGetByKey0", engine, guidOf(provider.key), found);
  if (code === missing.provider) return false;
  check(code);
  const { flags, service } = koffi.decode(found[0], structs.provider);
  call("FwpmFreeMemory0", found);
  return flags === 1 && service === null;
}

function hasSublayer(call: Call, engine: unknown, { provider, sublayer }: WfpDocument): boolean {
  const found: unknown[] = [null];
  const code = call("FwpmSubLayerGetByKey0", engine, guidOf(sublayer.key), found);
  if (code === missing.sublayer) return false;
  check(code);
  const { flags, weight, provider: owner } = koffi.decode(found[0], structs.sublayer);
  const isOurs = isKey(owner, provider.key);
  call("FwpmFreeMemory0", found);
  return isOurs && flags === 1 && weight === sublayer.weight;
}
const isKey = (pointer: unknown, key: string): boolean => !!pointer && textOf(koffi.decode(pointer, guid)) === key;

function check(code: number): void {
  if (code !== 0) throw new Error(`0x${code.toString(16)}`);
}
const checkBut = (allowed: number, code: number): void => (code === allowed ? undefined : check(code));

function transact(call: Call, isTrial: boolean, step: (engine: unknown) => void): void {
  const engine: unknown[] = [null];
  const session = {
    ...unnamed,
    display: named("ksp"),
    flags: 0,
    wait: 15000,
    process: 0,
    sid: null,
    user: null,
    kernel: 0,
  };
  check(call("FwpmEngineOpen0", null, 10, null, session, engine));
  try {
    check(call("FwpmTransactionBegin0", engine[0], 0));
    try {
      step(engine[0]);
      if (!isTrial) check(call("FwpmTransactionCommit0", engine[0]));
    } catch (error) {
      call("FwpmTransactionAbort0", engine[0]);
      throw error;
    }
    if (isTrial) check(call("FwpmTransactionAbort0", engine[0]));
  } finally {
    call("FwpmEngineClose0", engine[0]);
  }
}

function ownFilters(call: Call, engine: unknown, { provider, sublayer }: WfpDocument): readonly string[] {
  const handle: unknown[] = [null];
  check(call("FwpmFilterCreateEnumHandle0", engine, null, handle));
  const own: string[] = [];
  for (let count = 512; count === 512; ) {
    const [entries, counted]: [unknown[], number[]] = [[null], [0]];
    check(call("FwpmFilterEnum0", engine, handle[0], 512, entries, counted));
    count = counted[0] ?? 0;
    const pointers: readonly unknown[] = count > 0 ? koffi.decode(entries[0], koffi.array("void *", count)) : [];
    for (const pointer of pointers) {
      const filter = koffi.decode(pointer, structs.filter);
      if (textOf(filter.sublayer) === sublayer.key || isKey(filter.provider, provider.key))
        own.push(textOf(filter.key));
    }
    call("FwpmFreeMemory0", [entries[0]]);
  }
  check(call("FwpmFilterDestroyEnumHandle0", engine, handle[0]));
  return own;
}

interface Parents {
  readonly provider: Guid;
  readonly sublayer: Guid;
}

/** Each name is looked up once for all filters, and once more before the end. */
class Interfaces {
  readonly #call: Call;
  readonly #known = new Map<string, bigint | undefined>();

  constructor(call: Call) {
    this.#call = call;
  }

  of(alias: string): bigint | undefined {
    if (!this.#known.has(alias)) this.#known.set(alias, this.#look(alias));
    return this.#known.get(alias);
  }

  confirm(): void {
    const found: bigint[] = [];
    for (const [alias, luid] of this.#known) {
      if (this.#look(alias) !== luid) throw new Changed(alias);
      if (luid === undefined) continue;
      if (found.includes(luid)) throw new Error(`${alias} is another one, too`);
      found.push(luid);
    }
  }

  #look(alias: string): bigint | undefined {
    const luid: (number | bigint)[] = [0];
    const code = this.#call("ConvertInterfaceAliasToLuid", alias, luid);
    if (code === 87) return undefined;
    check(code);
    return BigInt(luid[0] ?? 0);
  }
}

function addFilter(
  call: Call,
  engine: unknown,
  filter: WfpFilter,
  { provider, sublayer }: Parents,
  interfaces: Interfaces,
): void {
  const made = conditionsOf(call, filter.when, interfaces);
  if (!made) return;
  const conditions = made.length > 0 ? koffi.alloc(structs.condition, made.length) : null;
  if (conditions) koffi.encode(conditions, koffi.array(structs.condition, made.length), made);
  const code = call(
    "FwpmFilterAdd0",
    engine,
    {
      key: guidOf(filter.key),
      display: named(filter.name),
      flags: { static: 0, persistent: 1, boot: 2 }[filter.lifetime],
      provider,
      providerData: noBlob,
      layer: guidOf(layers[filter.layer]),
      sublayer,
      weight: at(4, encoded("uint64_t", filter.weight)),
      count: made.length,
      conditions,
      action: { type: filter.action === "permit" ? 0x1002 : 0x1001, filterType: zero },
      context: [0, 0],
      reserved: null,
      id: 0,
      effectiveWeight: { type: 0, content: { uint32: 0 } },
    },
    null,
    [0],
  );
  check(code);
}

interface Made {
  readonly field: Guid;
  readonly match: number;
  readonly value: object;
}

/** Undefined: it is about interfaces that are not there, and so about no packet. */
function conditionsOf(call: Call, when: WfpConditions, interfaces: Interfaces): readonly Made[] | undefined {
  const groups = Object.entries(when).map(([word, values]) =>
    (values === true ? [true] : [...values]).flatMap((value) => oneOf(call, word, value, interfaces)),
  );
  return groups.some((group) => group.length === 0) ? undefined : groups.flat();
}

function oneOf(call: Call, word: string, value: string | number | boolean, interfaces: Interfaces): readonly Made[] {
  const made = (match: number, content: object): readonly Made[] => [
    { field: guidOf(fields[word] ?? ""), match, value: content },
  ];
  switch (word) {
    case "loopback":
      return made(6, { type: 3, content: { uint32: 1 } });
    case "interface": {
      const luid = interfaces.of(`${value}`);
      return luid === undefined ? [] : made(0, at(4, encoded("uint64_t", luid)));
    }
    case "localAddressType":
      return made(0, { type: 1, content: { uint8: { unicast: 1, multicast: 3, broadcast: 4 }[`${value}`] } });
    case "protocol":
      return made(0, { type: 1, content: { uint8: value } });
    case "icmpType":
      return made(0, { type: 2, content: { uint16: value } });
    case "localPort":
    case "remotePort": {
      const [first, last] = `${value}`.split("-").map((port) => ({ type: 2, content: { uint16: Number(port) } }));
      return last === undefined
        ? made(0, first ?? {})
        : made(5, at(0x102, encoded(structs.range, { low: first, high: last })));
    }
    case "localAddress":
    case "remoteAddress":
      return [{ field: guidOf(fields[word] ?? ""), ...addressOf(`${value}`) }];
    case "program":
      return made(0, at(12, appId(call, `${value}`)));
    case "service":
      return made(0, at(14, counted(descriptorOf(`${value}`))));
    default:
      throw new Error(`unknown word ${word}`);
  }
}

function addressOf(text: string): Pick<Made, "match" | "value"> {
  const net = parseNet(text);
  if (isFault(net)) throw new Error(text);
  const { family, first, last } = net;
  if (text.includes("-")) {
    const [low, high] = [first, last].map((value) => endOf(family, value));
    return { match: 5, value: at(0x102, encoded(structs.range, { low, high })) };
  }
  const prefix = prefixLength(net) ?? width(family);
  const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
  return family === "ipv4"
    ? { match: 0, value: at(0x100, encoded(structs.v4, { address: Number(first), mask })) }
    : { match: 0, value: at(0x101, encoded(structs.v6, { address: bytesOf(first), prefix })) };
}

const endOf = (family: Family, value: bigint): object =>
  family === "ipv4"
    ? { type: 3, content: { uint32: Number(value) } }
    : at(11, encoded(koffi.array("uint8_t", 16), bytesOf(value)));

const bytesOf = (value: bigint): readonly number[] => [...Buffer.from(value.toString(16).padStart(32, "0"), "hex")];

function appId(call: Call, path: string): unknown {
  if (path === "System") return counted(Buffer.from("System\0", "utf16le"));
  const id: unknown[] = [null];
  check(call("FwpmGetAppIdFromFileName0", path, id));
  return id[0];
}

/** MS-DTYP 2.4.6: owner and group are the system, one entry allows the service. */
function descriptorOf(service: string): Buffer {
  const hash = createHash("sha1").update(Buffer.from(service.toUpperCase(), "utf16le")).digest();
  const sid = Buffer.concat([Buffer.from("010600000000000550000000", "hex"), hash]);
  const system = Buffer.from("010100000000000512000000", "hex");
  const head = Buffer.from("0100048014000000200000000000000" + "02c000000", "hex");
  const list = Buffer.from("02003000010000000000280001000000", "hex");
  return Buffer.concat([head, system, system, list, sid]);
}

/** Nothing of it is given back: a test ends soon. */
function encoded(type: Parameters<typeof koffi.alloc>[0], value: unknown): unknown {
  const memory = koffi.alloc(type, 1);
  koffi.encode(memory, type, value);
  return memory;
}
function counted(bytes: Buffer): unknown {
  return encoded(structs.blob, { size: bytes.length, data: encoded(koffi.array("uint8_t", bytes.length), [...bytes]) });
}
const at = (type: number, pointer: unknown): object => ({ type, content: { pointer } });

interface Guid {
  readonly d1: number;
  readonly d2: number;
  readonly d3: number;
  readonly d4: readonly number[];
}

function guidOf(text: string): Guid {
  const [a = "", b = "", c = "", d = "", e = ""] = text.split("-");
  const hex = (digits: string) => Number.parseInt(digits, 16);
  return { d1: hex(a), d2: hex(b), d3: hex(c), d4: [...Buffer.from(d + e, "hex")] };
}

function textOf({ d1, d2, d3, d4 }: Guid): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
  const rest = Buffer.from([...d4]).toString("hex");
  return `${hex(d1, 8)}-${hex(d2, 4)}-${hex(d3, 4)}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}

const zero = guidOf("00000000-0000-0000-0000-000000000000");
const noBlob = { size: 0, data: null };
const unnamed = { key: zero };
const named = (name: string) => ({ name, description: null });
