import { text } from "../message.ts";

/** 4xxx: what a target cannot express, or this version cannot compile. */
export const backends = {
  KSP4001: { name: "not-supported-yet", severity: "error", message: text`${"construct"} is not supported yet` },
  KSP4002: { name: "target-cannot-say", severity: "error", message: text`${"target"} cannot say ${"construct"}` },
  KSP4003: { name: "no-egress-hook", severity: "error", message: text`no egress hook: ${"device"} ${"reason"}` },
} as const;
