import { text } from "../message.ts";

/** 3xxx: claims about every packet, each with a packet that breaks it. */
export const proof = {
  KSP3001: {
    name: "tunnel-only",
    severity: "error",
    message: text`in state \`${"state"}\` a packet leaves outside the tunnels that no statement allows`,
  },
  KSP3002: {
    name: "dns-inside",
    severity: "error",
    message: text`in state \`${"state"}\` a name is told to somebody who is no declared resolver`,
  },
  KSP3005: {
    name: "can-reconnect",
    severity: "error",
    message: text`in state \`${"state"}\` a server cannot be reached, so its tunnel never comes up`,
  },
  KSP3010: {
    name: "inside-stays-inside",
    severity: "error",
    message: text`in state \`${"state"}\` what a tunnel names leaves by another way`,
  },
  KSP3011: { name: "ipv6-closed", severity: "error", message: text`in state \`${"state"}\` IPv6 passes` },
  KSP3012: {
    name: "inbound-closed",
    severity: "error",
    message: text`in state \`${"state"}\` a packet comes in that nobody asked for`,
  },
  KSP3013: {
    name: "source-inside",
    severity: "error",
    message: text`in state \`${"state"}\` the address of a tunnel is shown outside it`,
  },
  KSP3014: {
    name: "forward-closed",
    severity: "error",
    message: text`in state \`${"state"}\` a packet is forwarded that no statement speaks of`,
  },
  KSP3015: {
    name: "hops-in-order",
    severity: "error",
    message: text`in state \`${"state"}\` a packet skips a hop, or enters one that is not proved`,
  },
  KSP3016: {
    name: "endpoint-narrow",
    severity: "error",
    message: text`in state \`${"state"}\` a server is reached by more than its tunnel`,
  },
  KSP3017: {
    name: "infra-closed",
    severity: "error",
    message: text`in state \`${"state"}\` the link's own business is wider than it needs to be`,
  },
  KSP3018: {
    name: "lan-narrow",
    severity: "error",
    message: text`in state \`${"state"}\` a public address counts as LAN`,
  },
  KSP3019: {
    name: "no-stale-flows",
    severity: "error",
    message: text`in state \`${"state"}\` a flow lives on that nothing opens any more`,
  },
  KSP3020: {
    name: "probes-open",
    severity: "error",
    message: text`in state \`${"state"}\` a tunnel cannot be probed, so it never opens`,
  },
  KSP3021: {
    name: "loopback-open",
    severity: "error",
    message: text`in state \`${"state"}\` loopback is closed, or its addresses leave it`,
  },
  KSP3022: {
    name: "closes-on-loss",
    severity: "error",
    message: text`losing a tunnel opens something in state \`${"state"}\``,
  },
  KSP3023: {
    name: "closed-in-transition",
    severity: "error",
    message: text`moving \`${"move"}\` is neither the one state nor the other`,
  },
  KSP3024: {
    name: "closed-without-daemon",
    severity: "error",
    message: text`in state \`${"state"}\` something stays open that only a running daemon would close`,
  },
  KSP3025: {
    name: "loads-anywhere",
    severity: "error",
    message: text`\`${"file"}\` needs more than a kernel that has just begun`,
  },
  KSP3026: {
    name: "ours-alone",
    severity: "error",
    message: text`\`${"file"}\` and the rules of others would meet otherwise than is claimed`,
  },
  KSP3090: {
    name: "expectation-not-met",
    severity: "error",
    message: text`in state \`${"state"}\` this expectation does not hold`,
  },
  KSP3099: { name: "proof-too-large", severity: "error", message: text`the policy is too large to be proved` },
} as const;

/** 9xxx: ksp contradicts itself. Nothing is written. */
export const bugs = {
  KSP9001: {
    name: "file-differs",
    severity: "error",
    message: text`\`${"file"}\` does not mean what was planned: a bug in ksp`,
  },
  KSP9002: {
    name: "plan-differs",
    severity: "error",
    message: text`in state \`${"state"}\` the plan ${"verdict"} a packet, and the policy does not say so: a bug in ksp`,
  },
} as const;
