import { text } from "../message.ts";

/** 5xxx: files that are read and written. */
export const files = {
  KSP5001: { name: "unreadable-file", severity: "error", message: text`\`${"file"}\` cannot be read: ${"reason"}` },
  KSP5002: { name: "not-utf-8", severity: "error", message: text`\`${"file"}\` is not UTF-8 text` },
  KSP5003: { name: "file-too-large", severity: "error", message: text`\`${"file"}\` is larger than ${"limit"}` },
  KSP5004: { name: "unwritable-file", severity: "error", message: text`\`${"file"}\` cannot be written: ${"reason"}` },
  KSP5005: {
    name: "same-output",
    severity: "error",
    message: text`\`${"first"}\` and \`${"second"}\` both compile to \`${"directory"}\``,
  },
  KSP5006: {
    name: "foreign-file",
    severity: "error",
    message: text`\`${"directory"}\` holds \`${"entry"}\`, which ksp did not write`,
  },
  KSP5007: { name: "stale-file", severity: "error", message: text`\`${"file"}\` is not what its policy compiles to` },
  KSP5008: { name: "missing-file", severity: "error", message: text`\`${"file"}\` has not been written yet` },
  KSP5009: { name: "orphaned-file", severity: "error", message: text`\`${"file"}\` belongs to no policy any more` },
  KSP5010: { name: "unformatted-file", severity: "error", message: text`\`${"file"}\` is not formatted` },
  KSP5011: { name: "nothing-to-check", severity: "error", message: text`\`${"directory"}\` holds no policy` },
  KSP5012: {
    name: "fragment-not-imported",
    severity: "warning",
    message: text`no policy imports this fragment`,
  },
  KSP5020: {
    name: "unknown-configuration",
    severity: "error",
    message: text`\`${"file"}\` is no configuration of WireGuard or OpenVPN`,
  },
  KSP5021: { name: "malformed-configuration", severity: "error", message: text`${"what"} cannot be read: ${"reason"}` },
  KSP5022: { name: "cannot-be-imported", severity: "error", message: text`${"construct"} cannot be imported` },
  KSP5023: { name: "open-question", severity: "warning", message: text`the configuration does not say ${"what"}` },
  KSP5024: {
    name: "contradiction-imported",
    severity: "warning",
    message: text`the policy does not compile yet (${"code"}): ${"message"}`,
  },
  KSP5030: {
    name: "unresolved-host",
    severity: "error",
    message: text`the addresses of \`${"host"}\` are not known: ${"reason"}`,
  },
  KSP5031: {
    name: "doubtful-answer",
    severity: "error",
    message: text`the answer for \`${"host"}\` is ${"address"}, ${"what"}`,
  },
  KSP5032: { name: "too-many-answers", severity: "error", message: text`\`${"host"}\` has ${"count"} addresses` },
  KSP5033: {
    name: "stale-pins",
    severity: "error",
    message: text`\`${"file"}\` does not hold the addresses that its names have now`,
  },
  KSP5034: {
    name: "kept-pins",
    severity: "warning",
    message: text`the addresses of \`${"host"}\` stay as they are: ${"reason"}`,
  },
  KSP5035: {
    name: "pins-do-not-compile",
    severity: "error",
    message: text`with the addresses that its names have now, \`${"file"}\` does not compile`,
  },
  KSP5050: { name: "unfit-bundle", severity: "error", message: text`\`${"folder"}\` cannot be run: ${"reason"}` },
  KSP5051: { name: "daemon-not-started", severity: "error", message: text`the daemon does not start: ${"reason"}` },
  KSP5052: { name: "no-daemon", severity: "error", message: text`no daemon answers: ${"reason"}` },
  KSP5053: { name: "request-refused", severity: "error", message: text`the daemon refuses: ${"reason"}` },
  KSP5054: {
    name: "rules-not-listed",
    severity: "error",
    message: text`the rules in the kernel cannot be read: ${"reason"}`,
  },
  KSP5055: { name: "not-installed", severity: "error", message: text`this machine is not set up: ${"reason"}` },
  KSP5056: { name: "app-not-started", severity: "error", message: text`the command is not run: ${"reason"}` },
} as const;
