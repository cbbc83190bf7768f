import koffi from "koffi";

/** The structures of fwpmu.h and fwptypes.h for koffi, and the functions that an applier calls. */

export const guid = koffi.struct("GUID", {
  d1: "uint32_t",
  d2: "uint16_t",
  d3: "uint16_t",
  d4: koffi.array("uint8_t", 8),
});
const blob = koffi.struct("FWP_BYTE_BLOB", { size: "uint32_t", data: "void *" });
const content = koffi.union("FWP_VALUE0_UNION", {
  uint8: "uint8_t",
  uint16: "uint16_t",
  uint32: "uint32_t",
  pointer: "void *",
});
const value = koffi.struct("FWP_VALUE0", { type: "uint32_t", content });
const range = koffi.struct("FWP_RANGE0", { low: value, high: value });
const v4 = koffi.struct("FWP_V4_ADDR_AND_MASK", { address: "uint32_t", mask: "uint32_t" });
const v6 = koffi.struct("FWP_V6_ADDR_AND_MASK", { address: koffi.array("uint8_t", 16), prefix: "uint8_t" });
const display = koffi.struct("FWPM_DISPLAY_DATA0", { name: "str16", description: "str16" });
const condition = koffi.struct("FWPM_FILTER_CONDITION0", { field: guid, match: "uint32_t", value });
const action = koffi.struct("FWPM_ACTION0", { type: "uint32_t", filterType: guid });
const filter = koffi.struct("FWPM_FILTER0", {
  key: guid,
  display,
  flags: "uint32_t",
  provider: "GUID *",
  providerData: blob,
  layer: guid,
  sublayer: guid,
  weight: value,
  count: "uint32_t",
  conditions: "FWPM_FILTER_CONDITION0 *",
  action,
  context: koffi.array("uint64_t", 2),
  reserved: "void *",
  id: "uint64_t",
  effectiveWeight: value,
});
const sublayer = koffi.struct("FWPM_SUBLAYER0", {
  key: guid,
  display,
  flags: "uint32_t",
  provider: "GUID *",
  providerData: blob,
  weight: "uint16_t",
});
const provider = koffi.struct("FWPM_PROVIDER0", {
  key: guid,
  display,
  flags: "uint32_t",
  data: blob,
  service: "str16",
});
const session = koffi.struct("FWPM_SESSION0", {
  key: guid,
  display,
  flags: "uint32_t",
  wait: "uint32_t",
  process: "uint32_t",
  sid: "void *",
  user: "str16",
  kernel: "int32_t",
});
export const structs = { guid, blob, value, range, v4, v6, condition, filter, sublayer, provider, session } as const;

/** As `abi-check.c` finds them in the headers. */
export const sizes: Readonly<Record<keyof typeof structs, number>> = {
  guid: 16,
  blob: 16,
  value: 16,
  range: 32,
  v4: 8,
  v6: 17,
  condition: 40,
  filter: 200,
  sublayer: 72,
  provider: 64,
  session: 72,
};

const engineFunctions = [
  "uint32_t FwpmEngineOpen0(str16 server, uint32_t service, void *identity, FWPM_SESSION0 *session, _Out_ void **engine)",
  "uint32_t FwpmEngineClose0(void *engine)",
  "uint32_t FwpmTransactionBegin0(void *engine, uint32_t flags)",
  "uint32_t FwpmTransactionCommit0(void *engine)",
  "uint32_t FwpmTransactionAbort0(void *engine)",
  "uint32_t FwpmProviderAdd0(void *engine, FWPM_PROVIDER0 *provider, void *security)",
  "uint32_t FwpmSubLayerAdd0(void *engine, FWPM_SUBLAYER0 *sublayer, void *security)",
  "uint32_t FwpmProviderGetByKey0(void *engine, GUID *key, _Out_ void **provider)",
  "uint32_t FwpmSubLayerGetByKey0(void *engine, GUID *key, _Out_ void **sublayer)",
  "uint32_t FwpmFilterAdd0(void *engine, FWPM_FILTER0 *filter, void *security, _Out_ uint64_t *id)",
  "uint32_t FwpmFilterDeleteByKey0(void *engine, GUID *key)",
  "uint32_t FwpmSubLayerDeleteByKey0(void *engine, GUID *key)",
  "uint32_t FwpmProviderDeleteByKey0(void *engine, GUID *key)",
  "uint32_t FwpmFilterCreateEnumHandle0(void *engine, void *template, _Out_ void **handle)",
  "uint32_t FwpmFilterEnum0(void *engine, void *handle, uint32_t wanted, _Out_ void **entries, _Out_ uint32_t *count)",
  "uint32_t FwpmFilterDestroyEnumHandle0(void *engine, void *handle)",
  "uint32_t FwpmGetAppIdFromFileName0(str16 file, _Out_ void **id)",
  "void FwpmFreeMemory0(_Inout_ void **memory)",
] as const;
const interfaceFunctions = ["uint32_t ConvertInterfaceAliasToLuid(str16 alias, _Out_ uint64_t *luid)"] as const;

export type Call = (name: string, ...values: readonly unknown[]) => number;

/** The functions of fwpuclnt.dll and iphlpapi.dll, or of what stands in for them. */
export function load(engine: string, interfaces: string): Call {
  const functions = new Map<string, (...values: readonly unknown[]) => number>();
  for (const [path, prototypes] of [
    [engine, engineFunctions],
    [interfaces, interfaceFunctions],
  ] as const) {
    const library = koffi.load(path);
    for (const prototype of prototypes) functions.set(/(\w+)\(/.exec(prototype)?.[1] ?? "", library.func(prototype));
  }
  return (name, ...values) => {
    const called = functions.get(name);
    if (!called) throw new Error(`no function ${name}`);
    return called(...values);
  };
}
