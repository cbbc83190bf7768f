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
} as const;
