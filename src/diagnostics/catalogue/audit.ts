import { text } from "../message.ts";

/** 6xxx: a machine is not as its policy says, because of rules of others or because ours are not there. */
export const audit = {
  KSP6001: {
    name: "rules-not-in-force",
    severity: "error",
    message: text`the rules of this policy are not in force: ${"reason"}`,
  },
  KSP6002: {
    name: "foreign-rule-opens",
    severity: "error",
    message: text`a rule of others ${"does"}: what the policy refuses gets out, or elsewhere`,
  },
  KSP6003: {
    name: "foreign-rule-breaks",
    severity: "error",
    message: text`a rule of others ${"does"}: what the policy needs does not pass`,
  },
  KSP6004: {
    name: "foreign-rule-unclear",
    severity: "error",
    message: text`a rule of others is not understood: ${"reason"}`,
  },
} as const;
