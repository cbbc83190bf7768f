import type { Rule } from "./rules.ts";

/** What a rule does where it opens. */
export function opening({ acts }: Rule): string {
  for (const act of acts) {
    switch (act.kind) {
      case "past":
      case "offload":
      case "program":
        return act.does;
      case "destination":
        return "sends packets to another address";
      case "source":
        return "gives packets another source";
      case "mark":
      case "any-mark":
      case "restored-mark":
        return "marks packets as others are marked";
      case "connection-mark":
        return "marks connections as those of an app";
      case "untracked":
        return "takes packets from the tracking of connections";
      case "any-hop-limit":
        return "changes hop limits";
      case "unknown":
        return `does what is not understood (${act.words})`;
    }
  }
  return "lets packets pass";
}

/** And where it breaks something. */
export function refusing({ acts, end }: Rule): string {
  if (end?.kind === "drop") return "refuses";
  for (const { kind } of acts) {
    if (kind === "destination") return "sends elsewhere";
    if (kind === "past") return "takes away";
    if (kind === "untracked") return "takes from the tracking of connections";
  }
  return "changes";
}
