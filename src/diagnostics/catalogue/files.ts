import { text } from "../message.ts";

/** 5xxx: files, and what is read back from them. */
export const files = {
  KSP5001: { name: "unreadable-file", severity: "error", message: text`\`${"file"}\` cannot be read: ${"reason"}` },
} as const;
