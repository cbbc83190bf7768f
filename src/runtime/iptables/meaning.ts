import { describe } from "../../ir/packet.ts";
import { BudgetExceeded } from "../../proof/packets/diagrams.ts";
import { Unreadable } from "../../proof/readers/iptables/program.ts";
import { readSets } from "../../proof/readers/iptables/read-sets.ts";
import { load, nothing } from "../../proof/readers/iptables/read-text.ts";
import { iptablesTampering } from "../../proof/translation/same-iptables.ts";
import type { Answer } from "../firewall/kernel.ts";
import { extensions, type Saved } from "./listing.ts";
import { filledSets } from "./sets.ts";

/** What a kernel listed, beside what it was given. */
export interface Asked {
  /** As `iptables-save`, `ip6tables-save` and `ipset save` printed it. */
  readonly listed: Saved & { readonly sets: string };
  /** The files of the bundle by their paths. */
  readonly files: ReadonlyMap<string, string>;
  /** The state that they were switched to. */
  readonly state: string;
}

const families = { v4: "ipv4", v6: "ipv6" } as const;

/** Whether the kernel holds what was loaded, for every packet, now and in each state that can be switched to. */
export function compareMeaning({ listed, files, state }: Asked): Answer {
  const text = (name: string): string => files.get(`iptables/${name}`) ?? "";
  const states = [...files.keys()].flatMap((path) => /^iptables\/(switch\/.+)\.v4$/.exec(path)?.[1] ?? []);
  try {
    // A hundred thousand prefixes: read once for both families.
    const [loaded, held] = [readSets(text("sets.ipset")), readSets(oursIn(listed.sets))];
    for (const extension of extensions) {
      const saved = listed[extension];
      if (saved === undefined) continue;
      const empty = nothing(families[extension]);
      const all = load(text(`ruleset.${extension}`), { ...empty, sets: loaded });
      const timed = readSets(text(`switch/${state}.ipset`), all.sets);
      const program = load(text(`switch/${state}.${extension}`), { ...all, sets: timed });
      const found = load(restorable(saved), { ...empty, sets: held });
      const difference = iptablesTampering(found, {
        program,
        switches: states.map((name) => ({ sets: text(`${name}.ipset`), rules: text(`${name}.${extension}`) })),
        refreshed: new Set(filledSets(text("sets.ipset")).keys()),
      });
      if (!difference) continue;
      const what =
        difference.kind === "effect" ? difference.reason : `${describe(difference.packet)}: ${difference.says}`;
      return { kind: "difference", what };
    }
    return { kind: "same" };
  } catch (error) {
    if (error instanceof Unreadable) return { kind: "unread", why: error.message };
    if (error instanceof BudgetExceeded) return { kind: "unread", why: "the rules are too many to compare" };
    throw error;
  }
}

/** Of a listing of rules, ours alone as a text to restore: the kernel's own chains hold nothing then but our jumps. */
export function restorable(saved: string): string {
  let isOfOurs = false;
  const lines = saved.split("\n").flatMap((line) => {
    if (line.startsWith("*")) isOfOurs = /^\*(filter|mangle|nat)$/.test(line);
    if (!isOfOurs) return [];
    if (line.startsWith(":ksp_")) return [line.replace(/ \[\d+:\d+\]$/, " [0:0]")];
    const [, hook, own] = /^-A ([A-Z]+) -j (ksp_\S+)$/.exec(line) ?? [];
    if (own !== undefined) return [`-I ${hook} 1 -j ${own}`];
    return /^\*|^COMMIT$|^-A ksp_| -[jg] ksp_/.test(line) ? [line] : [];
  });
  return `${lines.join("\n")}\n`;
}

/** Sets of others may be of kinds that nobody here reads. */
const oursIn = (saved: string): string =>
  saved
    .split("\n")
    .filter((line) => /^\w+ ksp_/.test(line))
    .join("\n");
