import { fields, layers } from "../lab/wfp/guids.ts";

/** What `netsh wfp show state` would tell of a machine, from the calls that were made there. */

export interface Item {
  readonly key?: string;
  readonly name: string;
  readonly layer: string;
  readonly sublayer: string;
  readonly action?: string;
  readonly by?: string;
  readonly flags?: readonly string[];
  readonly provider?: string;
  readonly weight?: string | bigint | number;
  readonly conditions?: readonly string[];
}

let ids = 60_000;

/** A filter as it is listed; what it is asked for is XML already. */
export const item = ({
  key = `00000000-0000-4000-8000-${`${++ids}`.padStart(12, "0")}`,
  name,
  layer,
  sublayer,
  action = "PERMIT",
  by = "",
  flags = [],
  provider = "",
  weight = 1,
  conditions = [],
}: Item): string => `
			<item>
				<filterKey>{${key}}</filterKey>
				<displayData>
					<name>${name}</name>
					<description/>
				</displayData>
				<flags numItems="${flags.length}">${flags.map((flag) => `<item>FWPM_FILTER_FLAG_${flag}</item>`).join("")}</flags>
				<providerKey>${provider}</providerKey>
				<providerData/>
				<layerKey>FWPM_LAYER_${layer}</layerKey>
				<subLayerKey>${sublayer}</subLayerKey>
				<weight>
					<type>FWP_EMPTY</type>
				</weight>
				<filterCondition numItems="${conditions.length}">${conditions.join("")}</filterCondition>
				<action>
					<type>FWP_ACTION_${action}</type>
					<filterType>${by}</filterType>
				</action>
				<rawContext>0</rawContext>
				<reserved/>
				<filterId>${++ids}</filterId>
				<effectiveWeight>
					<type>FWP_UINT64</type>
					<uint64>${weight}</uint64>
				</effectiveWeight>
			</item>`;

export const condition = (field: string, value: string, match = "EQUAL"): string =>
  `<item><fieldKey>FWPM_CONDITION_${field}</fieldKey><matchType>FWP_MATCH_${match}</matchType><conditionValue>${value}</conditionValue></item>`;
export const number = (bits: 8 | 16 | 32 | 64, value: number | string | bigint): string =>
  `<type>FWP_UINT${bits}</type><uint${bits}>${value}</uint${bits}>`;
export const range = (low: string, high: string): string =>
  `<type>FWP_RANGE_TYPE</type><rangeValue><valueLow>${low}</valueLow><valueHigh>${high}</valueHigh></rangeValue>`;
export const program = (path: string): string => bytes(Buffer.from(`${path}\0`, "utf16le").toString("hex"));
const bytes = (hex: string): string =>
  `<type>FWP_BYTE_BLOB_TYPE</type><byteBlob><data>${hex}</data><asString>…</asString></byteBlob>`;
export const described = (sddl: string): string => `<type>FWP_SECURITY_DESCRIPTOR_TYPE</type><sd>${sddl}</sd>`;
export const packages = (sid: string): string => `<type>FWP_SID</type><sid>${sid}</sid>`;

/** Sublayers are named once more where the whole state is told. */
export const stateOf = (filters: readonly string[], sublayers: Readonly<Record<string, number>>): string =>
  `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<wfpstate>
	<timeStamp>2026-11-29T09:00:00.000Z</timeStamp>
	<subLayers numItems="${Object.keys(sublayers).length}">${Object.entries(sublayers)
    .map(
      ([key, weight]) => `
		<item>
			<subLayerKey>${key}</subLayerKey>
			<displayData><name>${key}</name></displayData>
			<flags/>
			<providerKey/>
			<providerData/>
			<weight>${weight}</weight>
		</item>`,
    )
    .join("")}
	</subLayers>
	<layers numItems="1"><item>
		<layer><layerKey>FWPM_LAYER_ALE_AUTH_CONNECT_V4</layerKey><layerId>48</layerId></layer>
		<filters numItems="${filters.length}">${filters.join("")}
		</filters>
	</item></layers>
</wfpstate>
<firewallState>
	<dynamicKeywordAddresses/>
</firewallState>
`;

/** `show filters` names no sublayer. */
export const filtersOf = (filters: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<wfpdiag>
		<filters numItems="${filters.length}">${filters.join("")}
		</filters>
</wfpdiag>
`;

const layerNames: Readonly<Record<string, string>> = {
  connect: "ALE_AUTH_CONNECT",
  accept: "ALE_AUTH_RECV_ACCEPT",
  forward: "IPFORWARD",
  "error-out": "OUTBOUND_ICMP_ERROR",
  "error-in": "INBOUND_ICMP_ERROR",
};
const fieldNames: Readonly<Record<string, string>> = {
  loopback: "FLAGS",
  interface: "IP_LOCAL_INTERFACE",
  localAddressType: "IP_LOCAL_ADDRESS_TYPE",
  localAddress: "IP_LOCAL_ADDRESS",
  remoteAddress: "IP_REMOTE_ADDRESS",
  protocol: "IP_PROTOCOL",
  icmpType: "IP_LOCAL_PORT",
  localPort: "IP_LOCAL_PORT",
  remotePort: "IP_REMOTE_PORT",
  program: "ALE_APP_ID",
  service: "ALE_USER_ID",
};
const named = (table: Readonly<Record<string, string>>, guid: string): string =>
  Object.entries(table).find(([, value]) => value === guid)?.[0] ?? "";

/** Filters that are in force after these calls of the recorder, and on demand those of the boot: nobody says whether Windows lists them. */
export function listedOf(lines: readonly string[], { withBoot = false } = {}): readonly string[] {
  const live = new Map<string, string>();
  for (const call of lines.map((line) => JSON.parse(line))) {
    if (call.code !== "0x0") continue;
    if (call.name === "FwpmFilterDeleteByKey0") live.delete(call.key);
    if (call.name !== "FwpmFilterAdd0" || (call.flags === 2 && !withBoot)) continue;
    const [, base = "", version] = /^(.*)-v([46])$/.exec(named(layers, call.layer)) ?? [];
    const text = item({
      key: call.key,
      name: call.label,
      layer: `${layerNames[base]}_V${version}`,
      sublayer: `{${call.sublayer}}`,
      provider: `{${call.provider}}`,
      action: call.action === "0x1002" ? "PERMIT" : "BLOCK",
      flags: [[], ["PERSISTENT"], ["BOOTTIME"]][call.flags] ?? [],
      weight: call.weight.u64,
      conditions: call.conditions.map(({ field, match, value }: Asked) =>
        condition(
          fieldNames[named(fields, field)] ?? "",
          typed(value, named(fields, field) === "loopback"),
          ({ 0: "EQUAL", 5: "RANGE", 6: "FLAGS_ALL_SET" } as const)[match],
        ),
      ),
    });
    live.set(call.key, text);
  }
  return [...live.values()];
}

interface Asked {
  readonly field: string;
  readonly match: 0 | 5 | 6;
  readonly value: Raw;
}

/** As the recorder writes it: one of them. */
interface Raw {
  readonly u8?: number;
  readonly u16?: number;
  readonly u32?: number;
  readonly u64?: string;
  readonly bytes16?: string;
  readonly low?: Raw;
  readonly high?: Raw;
  readonly v4?: string;
  readonly v6?: string;
  readonly prefix?: number;
  readonly blob?: string;
  readonly descriptor?: string;
}

function typed(value: Raw, isFlags = false): string {
  const { u8, u16, u32, u64, bytes16, low, high, v4, v6, prefix, blob, descriptor } = value;
  if (u8 !== undefined) return number(8, u8);
  if (u16 !== undefined) return number(16, u16);
  if (u32 !== undefined) return number(32, isFlags ? "FWP_CONDITION_FLAG_IS_LOOPBACK" : dotted(u32));
  if (u64 !== undefined) return number(64, u64);
  if (bytes16 !== undefined) return `<type>FWP_BYTE_ARRAY16_TYPE</type><byteArray16>${grouped(bytes16)}</byteArray16>`;
  if (low && high) return range(typed(low), typed(high));
  if (v4 !== undefined) {
    const [address = 0, mask = 0] = v4.split("/").map((hex) => Number.parseInt(hex, 16));
    return `<type>FWP_V4_ADDR_MASK</type><v4AddrMask><addr>${dotted(address)}</addr><mask>${dotted(mask)}</mask></v4AddrMask>`;
  }
  if (v6 !== undefined)
    return `<type>FWP_V6_ADDR_MASK</type><v6AddrMask><addr>${grouped(v6)}</addr><prefixLength>${prefix}</prefixLength></v6AddrMask>`;
  return blob !== undefined ? bytes(blob) : described(sddlOf(descriptor ?? ""));
}

const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
const grouped = (hex: string): string =>
  (hex.match(/.{4}/g) ?? []).map((group) => group.replace(/^0+(?=.)/, "")).join(":");

/** MS-DTYP 2.4.6, as far as the applier makes them. */
function sddlOf(hex: string): string {
  const all = Buffer.from(hex, "hex");
  const sid = all.subarray(all.length - 32);
  const parts = Array.from({ length: 6 }, (_, i) => sid.readUInt32LE(8 + 4 * i));
  return `O:SYG:SYD:(A;;CC;;;S-1-5-${parts.join("-")})`;
}
