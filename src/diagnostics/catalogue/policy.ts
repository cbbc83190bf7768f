import { text } from "../message.ts";

/** 2xxx: names, values and statements that do not fit each other. */
export const policy = {
  KSP2001: { name: "unknown-name", severity: "error", message: text`no ${"kind"} is named \`${"name"}\`` },
  KSP2002: { name: "name-declared-twice", severity: "error", message: text`the name \`${"name"}\` is declared twice` },
  KSP2003: { name: "missing-part", severity: "error", message: text`${"where"} has no \`${"part"}\`` },
  KSP2004: { name: "host-bits", severity: "error", message: text`\`${"net"}\` names a host and a network at once` },
  KSP2005: { name: "malformed-address", severity: "error", message: text`\`${"net"}\` is no address: ${"reason"}` },
  KSP2006: { name: "said-twice", severity: "error", message: text`${"what"} is said twice` },
  KSP2007: { name: "value-out-of-range", severity: "error", message: text`${"what"} \`${"value"}\` is out of range` },
  KSP2008: {
    name: "ipv6-without-address",
    severity: "error",
    message: text`\`ipv6 tunnel\` needs a tunnel with an IPv6 address`,
  },
  KSP2009: { name: "empty-set", severity: "error", message: text`${"what"} holds no address` },
  KSP2010: {
    name: "duplicate-statement",
    severity: "error",
    message: text`this statement says the same as another one`,
  },
  KSP2011: {
    name: "missing-statement",
    severity: "error",
    message: text`the policy has no \`${"statement"}\` statement`,
  },
  KSP2012: {
    name: "name-too-long",
    severity: "error",
    message: text`the name \`${"name"}\` is longer than 24 characters`,
  },
  KSP2013: { name: "identity-by-name", severity: "error", message: text`${"kind"} \`${"name"}\` is not a number` },
  KSP2014: {
    name: "wrong-kind-of-path",
    severity: "error",
    message: text`\`${"name"}\` is a ${"kind"}, so it follows \`${"word"}\``,
  },
  KSP2015: {
    name: "transport-and-family",
    severity: "error",
    message: text`${"protocol"} has no ${"family"} addresses`,
  },
  KSP2016: {
    name: "unknown-icmp-type",
    severity: "error",
    message: text`${"protocol"} has no type named \`${"name"}\``,
  },
  KSP2017: { name: "list-in-itself", severity: "error", message: text`the list \`${"name"}\` leads back to itself` },
  KSP2018: {
    name: "tunnel-in-two-places",
    severity: "error",
    message: text`tunnel \`${"name"}\` is named in two places of chains`,
  },
  KSP2019: { name: "missing-watch", severity: "error", message: text`tunnel \`${"tunnel"}\` has no \`watch\`` },
  KSP2020: {
    name: "missing-heartbeat",
    severity: "error",
    message: text`the watch of \`${"tunnel"}\` has no heartbeat`,
  },
  KSP2021: { name: "only-ipv6", severity: "error", message: text`\`ipv6 block\` leaves nothing of ${"what"}` },
  KSP2022: {
    name: "reserved-mark",
    severity: "error",
    message: text`the carrier mark \`${"mark"}\` also stands on ${"whose"}`,
  },
  KSP2023: {
    name: "carrier-not-shown",
    severity: "error",
    message: text`the packets of \`${"tunnel"}\` show no ${"identity"}`,
  },
  KSP2024: {
    name: "mark-lost-by-offload",
    severity: "warning",
    message: text`the packets of \`${"tunnel"}\` may lose their mark`,
  },
  KSP2025: { name: "missing-on-linux", severity: "error", message: text`${"what"} has no ${"part"} on Linux` },
  KSP2026: {
    name: "shared-interface",
    severity: "error",
    message: text`${"first"} and ${"second"} share the interface \`${"device"}\``,
  },
  KSP2027: {
    name: "interface-name",
    severity: "error",
    message: text`\`${"device"}\` cannot name a Linux interface: ${"reason"}`,
  },
  KSP2029: {
    name: "dns-outside",
    severity: "error",
    message: text`names are asked outside the tunnels, on \`${"link"}\``,
  },
  KSP2030: {
    name: "needless-risk",
    severity: "error",
    message: text`\`accept-risk ${"risk"}\` accepts nothing here`,
  },
  KSP2031: {
    name: "hop-used-by-applications",
    severity: "error",
    message: text`\`${"tunnel"}\` carries \`${"next"}\` and no application`,
  },
  KSP2032: {
    name: "family-not-carried",
    severity: "error",
    message: text`tunnel \`${"tunnel"}\` has no ${"family"} address`,
  },
  KSP2033: {
    name: "dns-none-and-resolvers",
    severity: "error",
    message: text`\`dns none\` and a resolver contradict each other`,
  },
  KSP2034: {
    name: "exemption-too-wide",
    severity: "error",
    message: text`this exemption lets ${"what"} pass outside the tunnels`,
  },
  KSP2035: {
    name: "server-too-wide",
    severity: "error",
    message: text`a server of \`${"tunnel"}\` is ${"what"}`,
  },
  KSP2036: {
    name: "open-to-everyone",
    severity: "warning",
    message: text`this exemption opens every port of this machine to everyone`,
  },
  KSP2037: {
    name: "unreachable-state",
    severity: "error",
    message: text`the state \`${"state"}\` is never reached`,
  },
  KSP2038: {
    name: "state-of-a-hop",
    severity: "error",
    message: text`\`${"tunnel"}\` has no states of its own`,
  },
  KSP2039: { name: "too-many-states", severity: "error", message: text`the chains make ${"count"} states` },
  KSP2040: {
    name: "own-address",
    severity: "error",
    message: text`\`${"address"}\` is an address of this machine`,
  },
  KSP2041: {
    name: "carried-twice",
    severity: "error",
    message: text`\`${"first"}\` and \`${"second"}\` both carry ${"prefixes"}`,
  },
  KSP2042: {
    name: "same-endpoint",
    severity: "error",
    message: text`the packets of \`${"tunnel"}\` may leave by the way of \`${"other"}\``,
  },
  KSP2043: { name: "adds-nothing", severity: "warning", message: text`this exemption adds nothing` },
  KSP2044: { name: "opens-nothing", severity: "warning", message: text`this exemption opens nothing` },
  KSP2045: {
    name: "against-traffic",
    severity: "error",
    message: text`app \`${"app"}\` may not use ${"path"}`,
  },
  KSP2046: { name: "app-without-way", severity: "warning", message: text`nothing is open to app \`${"app"}\`` },
  KSP2047: {
    name: "too-many-addresses",
    severity: "error",
    message: text`${"what"} names ${"count"} addresses`,
  },
  KSP2048: {
    name: "shared-identity",
    severity: "error",
    message: text`apps \`${"first"}\` and \`${"second"}\` are the same by every sign`,
  },
  KSP2049: { name: "resolvers-denied", severity: "error", message: text`the resolvers of this \`dns\` are denied` },
  KSP2050: { name: "no-tunnel", severity: "error", message: text`the policy has no tunnel` },
  KSP2051: { name: "expires-soon", severity: "warning", message: text`this statement expires after ${"day"}` },
  KSP2059: { name: "expired", severity: "error", message: text`this statement was meant until ${"day"}` },
} as const;
