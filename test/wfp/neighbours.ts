import { condition, described, type Item, item, number, packages, program, range } from "./netsh.ts";

/**
 * What else there is on a Windows machine: filters in the form of dumps that were published (Microsoft, "Troubleshooting UWP App
 * Connectivity Issues" and "Quarantine behavior"; the eBPF for Windows guide) and of what the sources of other VPNs add. Weights of
 * sublayers are made up where no dump tells them.
 */
export interface Neighbour {
  readonly filters: readonly string[];
  readonly sublayers: Readonly<Record<string, number>>;
}

const both = (base: Item): readonly string[] => ["V4", "V6"].map((v) => item({ ...base, layer: `${base.layer}_${v}` }));
const [connect, accept] = ["ALE_AUTH_CONNECT", "ALE_AUTH_RECV_ACCEPT"];
const svchost = program("\\device\\harddiskvolume3\\windows\\system32\\svchost.exe");
const protocol = (value: number) => condition("IP_PROTOCOL", number(8, value));
const port = (field: "LOCAL" | "REMOTE", value: number) => condition(`IP_${field}_PORT`, number(16, value));
const profile = [condition("ORIGINAL_PROFILE_ID", number(32, 2)), condition("CURRENT_PROFILE_ID", number(32, 2))];
const inContainer = condition("ALE_PACKAGE_ID", packages("S-1-0-0"), "NOT_EQUAL");
const isLoopback = (match = "FLAGS_ALL_SET") => condition("FLAGS", number(32, "FWP_CONDITION_FLAG_IS_LOOPBACK"), match);
const service = (hash: string) => condition("ALE_USER_ID", described(`O:SYG:SYD:(A;;CC;;;S-1-5-80-${hash})`));

const wf = "FWPM_SUBLAYER_MPSSVC_WF";
const wsh = "FWPM_SUBLAYER_MPSSVC_WSH";
const quarantine = "FWPM_SUBLAYER_MPSSVC_QUARANTINE";

/** Rules of the group "Core Networking", which are on where nobody turned them off. */
export const core: readonly string[] = [
  item({
    name: "Core Networking - DHCP-In",
    layer: `${accept}_V4`,
    sublayer: wf,
    weight: 20,
    conditions: [
      protocol(17),
      port("LOCAL", 68),
      port("REMOTE", 67),
      condition("ALE_APP_ID", svchost),
      service("2940520708-3855866260-481812779-327648279-1710889582"),
    ],
  }),
  item({
    name: "Core Networking - DHCPV6-In",
    layer: `${accept}_V6`,
    sublayer: wf,
    weight: 20,
    conditions: [
      protocol(17),
      port("LOCAL", 546),
      port("REMOTE", 547),
      condition("ALE_APP_ID", svchost),
      service("2940520708-3855866260-481812779-327648279-1710889582"),
    ],
  }),
  ...[133, 134, 135, 136].map((type) =>
    item({
      name: `Core Networking - ICMPv6 ${type}`,
      layer: `${accept}_V6`,
      sublayer: wf,
      weight: 20,
      conditions: [protocol(58), port("LOCAL", type), condition("ALE_APP_ID", program("System"))],
    }),
  ),
  ...[130, 131, 132, 143].map((type) =>
    item({
      name: `Core Networking - Multicast Listener ${type}`,
      layer: `${accept}_V6`,
      sublayer: wf,
      weight: 20,
      conditions: [protocol(58), port("LOCAL", type), condition("ALE_APP_ID", program("System"))],
    }),
  ),
  item({
    name: "Core Networking - IGMP-In",
    layer: `${accept}_V4`,
    sublayer: wf,
    weight: 20,
    conditions: [protocol(2), condition("ALE_APP_ID", program("System"))],
  }),
];

const defaults: readonly string[] = [
  ...both({ name: "Default Outbound", layer: connect, sublayer: wf, weight: 2, conditions: profile }),
  ...both({ name: "Default Inbound", layer: accept, sublayer: wf, action: "BLOCK", weight: 2, conditions: profile }),
  ...both({ name: "Loopback", layer: accept, sublayer: wf, weight: 30, conditions: [isLoopback()] }),
  ...both({
    name: "Block Outbound Default Rule",
    layer: connect,
    sublayer: wsh,
    action: "BLOCK",
    weight: 1,
    conditions: [inContainer],
  }),
  ...both({
    name: "Block Inbound Default Rule",
    layer: accept,
    sublayer: wsh,
    action: "BLOCK",
    weight: 1,
    conditions: [inContainer],
  }),
  item({
    name: "InternetClient Default Rule",
    layer: `${connect}_V4`,
    sublayer: wsh,
    weight: 9,
    conditions: [
      inContainer,
      condition("IP_REMOTE_ADDRESS", range(number(32, "0.0.0.0"), number(32, "255.255.255.255")), "RANGE"),
      ...profile,
      condition("ALE_USER_ID", described("O:LSD:(A;;CC;;;S-1-15-3-1)(A;;CC;;;WD)(A;;CC;;;AN)")),
    ],
  }),
  ...both({
    name: "Block any other traffic to and from a service",
    layer: connect,
    sublayer: wsh,
    action: "BLOCK",
    weight: 5,
    conditions: [condition("ALE_APP_ID", svchost), service("1-2-3-4-5")],
  }),
  ...both({
    name: "Quarantine Default Inbound Block",
    layer: accept,
    sublayer: quarantine,
    action: "BLOCK",
    weight: 1,
    conditions: [isLoopback("FLAGS_NONE_SET")],
  }),
  ...both({
    name: "Interface Un-quarantine",
    layer: accept,
    sublayer: quarantine,
    weight: 3,
    conditions: [condition("INTERFACE_QUARANTINE_EPOCH", number(64, 0))],
  }),
  ...both({ name: "Boot Time Filter", layer: connect, sublayer: wf, action: "BLOCK", flags: ["BOOTTIME"], weight: 99 }),
  ...both({
    name: "Port Scanning Prevention Filter",
    layer: "INBOUND_TRANSPORT",
    sublayer: quarantine,
    action: "CALLOUT_INSPECTION",
    by: "FWPM_CALLOUT_WFP_TRANSPORT_LAYER_V4_SILENT_DROP",
  }),
  item({ name: "silent drop", layer: "INBOUND_TRANSPORT_V4_DISCARD", sublayer: quarantine, action: "BLOCK" }),
];

export const windefend = "{3c1cd879-1b8c-4ab4-8f83-5ed129176ef3}";

/** Windows Defender Firewall as it comes, and the sensors of Defender. */
export const defender: Neighbour = {
  filters: [
    ...core,
    ...defaults,
    item({
      name: "windefend_stream_v4",
      layer: "STREAM_V4",
      sublayer: windefend,
      action: "CALLOUT_TERMINATING",
      by: "{d67b238d-d80c-4ba7-96df-4a0c83464fa7}",
    }),
    item({
      name: "windefend_datagram_v6",
      layer: "DATAGRAM_DATA_V6",
      sublayer: windefend,
      action: "CALLOUT_TERMINATING",
      by: "{80cece9d-0b53-4672-ac43-4524416c0353}",
    }),
  ],
  sublayers: { [wf]: 2, [wsh]: 3, [quarantine]: 1, [windefend]: 4096 },
};

const theirs = "{f31e288d-de5a-4522-9458-de14ebd0a3f8}";
const vpn = program("\\device\\harddiskvolume3\\program files\\other vpn\\service.exe");

/** Another VPN that is not in use: it permits, and refuses nothing. */
export const otherVpn = (weight: number, more: Partial<Item> = {}): Neighbour => ({
  filters: both({
    name: "Other VPN: its own program",
    layer: connect,
    sublayer: theirs,
    weight: 15,
    conditions: [condition("ALE_APP_ID", vpn)],
    ...more,
  }),
  sublayers: { [theirs]: weight },
});

export { accept, connect, inContainer, isLoopback, port, protocol, theirs };
