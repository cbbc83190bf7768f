import { text } from "../message.ts";

/** What no statement can change. */
export const noStatement = "no statement decides about it, so it is a bug in ksp: report it with the policy";

/** 3xxx: claims about every packet, each with a packet that breaks it, and a way out for the statement that decides. */
export const proof = {
  KSP3001: {
    name: "tunnel-only",
    severity: "error",
    message: text`in state \`${"state"}\` a packet leaves outside the tunnels that no statement allows`,
    help: "name a narrower destination, or send it `through` a tunnel",
  },
  KSP3002: {
    name: "dns-inside",
    severity: "error",
    message: text`in state \`${"state"}\` a name is told to somebody who is no declared resolver`,
    help: "declare the resolver with `dns`, or take its ports out of the statement",
  },
  KSP3005: {
    name: "can-reconnect",
    severity: "error",
    message: text`in state \`${"state"}\` a server cannot be reached, so its tunnel never comes up`,
    help: "take the server out of what the statement closes",
  },
  KSP3010: {
    name: "inside-stays-inside",
    severity: "error",
    message: text`in state \`${"state"}\` what a tunnel names leaves by another way`,
    help: "take what the tunnel names out of the statement with `except`",
  },
  KSP3011: {
    name: "ipv6-closed",
    severity: "error",
    message: text`in state \`${"state"}\` IPv6 passes`,
    help: "name IPv4 addresses alone, or say `ipv6 tunnel`",
  },
  KSP3012: {
    name: "inbound-closed",
    severity: "error",
    message: text`in state \`${"state"}\` a packet comes in that nobody asked for`,
    help: "name who may come in with `from`, and on which link with `on`",
  },
  KSP3013: {
    name: "source-inside",
    severity: "error",
    message: text`in state \`${"state"}\` the address of a tunnel is shown outside it`,
    help: "take the addresses of the tunnel out of the statement with `except`",
  },
  KSP3014: {
    name: "forward-closed",
    severity: "error",
    message: text`in state \`${"state"}\` a packet is forwarded that no statement speaks of`,
    help: "say with `forward` from where to where, or remove the statement",
  },
  KSP3015: {
    name: "hops-in-order",
    severity: "error",
    message: text`in state \`${"state"}\` a packet skips a hop, or enters one that is not proved`,
    help: "send it `through` the last hop of the chain",
  },
  KSP3016: {
    name: "endpoint-narrow",
    severity: "error",
    message: text`in state \`${"state"}\` a server is reached by more than its tunnel`,
    help: "take the server out of the statement with `except`",
  },
  KSP3017: {
    name: "infra-closed",
    severity: "error",
    message: text`in state \`${"state"}\` the link's own business is wider than it needs to be`,
    help: "name the link with `on`, or remove the statement",
  },
  KSP3018: {
    name: "lan-narrow",
    severity: "error",
    message: text`in state \`${"state"}\` a public address counts as LAN`,
    help: "name private networks alone, and public ones in an `allow out to` of their own",
  },
  KSP3019: {
    name: "no-stale-flows",
    severity: "error",
    message: text`in state \`${"state"}\` a flow lives on that nothing opens any more`,
    help: "say with `while` in which states the flow may live, or remove the statement",
  },
  KSP3020: {
    name: "probes-open",
    severity: "error",
    message: text`in state \`${"state"}\` a tunnel cannot be probed, so it never opens`,
    help: "take the probe's target out of what the statement closes",
  },
  KSP3021: {
    name: "loopback-open",
    severity: "error",
    message: text`in state \`${"state"}\` loopback is closed, or its addresses leave it`,
    help: "take addresses of loopback out of the statement with `except`",
  },
  KSP3022: {
    name: "closes-on-loss",
    severity: "error",
    message: text`losing a tunnel opens something in state \`${"state"}\``,
    help: "say with `while` that it may pass in that state, or remove the statement",
  },
  KSP3023: {
    name: "closed-in-transition",
    severity: "error",
    message: text`moving \`${"move"}\` is neither the one state nor the other`,
    help: noStatement,
  },
  KSP3024: {
    name: "closed-without-daemon",
    severity: "error",
    message: text`in state \`${"state"}\` something stays open that only a running daemon would close`,
    help: "write its addresses out instead of a list from a file, and name users instead of slices",
  },
  KSP3025: {
    name: "loads-anywhere",
    severity: "error",
    message: text`\`${"file"}\` needs more than a kernel that has just begun`,
    help: noStatement,
  },
  KSP3026: {
    name: "ours-alone",
    severity: "error",
    message: text`\`${"file"}\` and the rules of others would meet otherwise than is claimed`,
    help: noStatement,
  },
  KSP3090: {
    name: "expectation-not-met",
    severity: "error",
    message: text`in state \`${"state"}\` this expectation does not hold`,
  },
  KSP3091: {
    name: "beyond-baseline",
    severity: "error",
    message: text`in state \`${"state"}\` something passes that \`${"baseline"}\` does not allow`,
    help: "narrow the statement, or have the baseline allow it",
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
