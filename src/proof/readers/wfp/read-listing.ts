import { Unreadable } from "./document.ts";
import type { ListedCondition, ListedFilter, ListedValue, Listing } from "./listing.ts";
import { childOf, type Element, everyNamed, itemsOf, readXml, textAt } from "./xml.ts";

/**
 * `netsh wfp show state` and `netsh wfp show filters`, and any text that holds their parts. What is not understood stays a word
 * that bounds are made of; a text that is no XML, or has no filters at all, is a fault. Source of the format: dumps in
 * Microsoft's "Troubleshooting UWP App Connectivity Issues", the eBPF for Windows guide and the clients of PIA.
 */
export function readListing(file: string, text: string): Listing {
  if (reportOfPf.test(text)) throw new Unreadable(1, "this looks like a report of pf: `--target pf`");
  const elements = readXml(text);
  const lists = [...everyNamed(elements, "filters")];
  if (lists.length === 0) throw new Unreadable(1, "no filters, as `netsh wfp show state` tells them");
  for (const layers of everyNamed(elements, "layers")) itemsOf(layers);
  const providers = [...everyNamed(elements, "providers")].flatMap(itemsOf);
  const sublayers = [...everyNamed(elements, "subLayers")].flatMap(itemsOf);
  return {
    services: new Map(
      providers.flatMap((item) => {
        const service = textAt(item, "serviceName");
        return service === "" ? [] : [[keyIn(item, "providerKey"), service] as const];
      }),
    ),
    filters: lists.flatMap(itemsOf).map((item) => filterIn(file, item)),
    sublayers: new Map(
      sublayers.flatMap((item) => {
        const weight = textAt(item, "weight");
        return /^[0-9]{1,5}$/.test(weight) ? [[keyIn(item, "subLayerKey"), Number(weight)] as const] : [];
      }),
    ),
  };
}

/** What `report.sh` prints first, or `pfctl` says of itself. */
const reportOfPf = /^(== pfctl |Status: (En|Dis)abled )/m;

const keyIn = (item: Element, name: string): string => plainKey(textAt(item, name));

/** Names stand for the keys of Windows itself, in some dumps and not in others. */
function plainKey(text: string): string {
  const key = text.toLowerCase().replace(/[{}]/g, "");
  return builtIn.get(key) ?? key;
}

/** fwpmu.h. */
const builtIn: ReadonlyMap<string, string> = new Map([
  ["b3cdd441-af90-41ba-a745-7c6008ff2300", "fwpm_sublayer_mpssvc_wsh"],
  ["b3cdd441-af90-41ba-a745-7c6008ff2301", "fwpm_sublayer_mpssvc_wf"],
  ["b3cdd441-af90-41ba-a745-7c6008ff2302", "fwpm_sublayer_mpssvc_quarantine"],
  ["eebecc03-ced4-4380-819a-2734397b2b74", "fwpm_sublayer_universal"],
]);

function filterIn(file: string, item: Element): ListedFilter {
  const weight = textAt(item, "effectiveWeight", "uint64");
  const { flags, strange } = flagsIn(childOf(item, "flags"));
  const action = actionIn(item);
  return {
    file,
    line: item.line,
    key: keyIn(item, "filterKey"),
    name: textAt(item, "displayData", "name"),
    id: textAt(item, "filterId"),
    provider: keyIn(item, "providerKey"),
    layer: textAt(item, "layerKey").replace(/^FWPM_LAYER_/, ""),
    sublayer: keyIn(item, "subLayerKey"),
    ...(/^[0-9]+$/.test(weight) && { weight: BigInt(weight) }),
    flags,
    action:
      strange === undefined ? action : { kind: "unknown", word: `${textAt(item, "action", "type")} with ${strange}` },
    conditions: conditionsIn(childOf(item, "filterCondition")).map(conditionIn),
  };
}

/** fwpmu.h. One of them makes a permit final, so a word that is none of them may be that one. */
const knownFlags: ReadonlySet<string> = new Set(
  `NONE PERSISTENT BOOTTIME HAS_PROVIDER_CONTEXT CLEAR_ACTION_RIGHT PERMIT_IF_CALLOUT_UNREGISTERED DISABLED INDEXED
  HAS_SECURITY_REALM_PROVIDER_CONTEXT SYSTEMOS_ONLY GAMEOS_ONLY SILENT_MODE IPSEC_NO_ACQUIRE_INITIATE`.split(/\s+/),
);

function flagsIn(element: Element | undefined): { readonly flags: readonly string[]; readonly strange?: string } {
  if (!element) return { flags: [], strange: "no word of its flags" };
  const flags = itemsOf(element).map(({ text }) => text.replace(/^FWPM_FILTER_FLAG_/, ""));
  const strange = element.text || flags.find((flag) => !knownFlags.has(flag));
  return { flags, ...(strange !== undefined && strange !== "" && { strange: `the flags ${strange}` }) };
}

function actionIn(item: Element): ListedFilter["action"] {
  const word = textAt(item, "action", "type");
  switch (word) {
    case "FWP_ACTION_PERMIT":
      return { kind: "permit" };
    case "FWP_ACTION_BLOCK":
      return { kind: "block" };
    case "FWP_ACTION_CALLOUT_INSPECTION":
      return { kind: "inspection" };
    case "FWP_ACTION_CALLOUT_TERMINATING":
    case "FWP_ACTION_CALLOUT_UNKNOWN":
      return { kind: "callout", by: plainKey(textAt(item, "action", "filterType")) };
    default:
      return { kind: "unknown", word };
  }
}

const conditionsIn = (element: Element | undefined): readonly Element[] => (element ? itemsOf(element) : []);

const conditionIn = (item: Element): ListedCondition => ({
  field: textAt(item, "fieldKey").replace(/^FWPM_CONDITION_/, ""),
  match: textAt(item, "matchType").replace(/^FWP_MATCH_/, ""),
  value: valueIn(childOf(item, "conditionValue")),
});

/** The element of each type that holds one word. */
const words: Readonly<Record<string, string>> = {
  FWP_UINT8: "uint8",
  FWP_UINT16: "uint16",
  FWP_UINT32: "uint32",
  FWP_UINT64: "uint64",
  FWP_BYTE_ARRAY16_TYPE: "byteArray16",
  FWP_SID: "sid",
  FWP_SECURITY_DESCRIPTOR_TYPE: "sd",
};

function valueIn(value: Element | undefined): ListedValue {
  const type = value ? textAt(value, "type") : "";
  if (!value) return { kind: "unknown", type };
  const word = words[type];
  if (word !== undefined && childOf(value, word)) return { kind: "text", text: textAt(value, word) };
  if (type === "FWP_RANGE_TYPE") {
    const [low, high] = ["valueLow", "valueHigh"].map((end) => valueIn(childOf(childOf(value, "rangeValue"), end)));
    if (low?.kind === "text" && high?.kind === "text") return { kind: "range", low: low.text, high: high.text };
  }
  for (const [wanted, element] of [
    ["FWP_V4_ADDR_MASK", "v4AddrMask"],
    ["FWP_V6_ADDR_MASK", "v6AddrMask"],
  ] as const)
    if (type === wanted && childOf(value, element)) {
      const mask = textAt(value, element, "mask") || textAt(value, element, "prefixLength");
      return { kind: "masked", address: textAt(value, element, "addr"), mask };
    }
  const hex = textAt(value, "byteBlob", "data");
  return type === "FWP_BYTE_BLOB_TYPE" && /^([0-9a-f]{2})+$/i.test(hex)
    ? { kind: "bytes", hex }
    : { kind: "unknown", type };
}
