import { text } from "../message.ts";

/** 2xxx: names, values and statements that do not fit each other. */
export const policy = {
  KSP2001: { name: "unknown-name", severity: "error", message: text`no ${"kind"} is named \`${"name"}\`` },
} as const;
