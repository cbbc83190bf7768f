import { describe } from "../../ir/packet.ts";
import { BudgetExceeded } from "../../proof/packets/diagrams.ts";
import { empty, type Program } from "../../proof/readers/nft/program.ts";
import { readListing } from "../../proof/readers/nft/read-listing.ts";
import { load } from "../../proof/readers/nft/read-text.ts";
import { tampering } from "../../proof/translation/same-programs.ts";
import type { Answer } from "../firewall/kernel.ts";
import type { Asked } from "./asked.ts";

/** Whether the kernel holds what was loaded, for every packet, now and in each state that can be switched to. */
export function compareMeaning({ listed, loaded, switches, refreshed }: Asked): Answer {
  const tables: [string, NonNullable<ReturnType<Program["tables"]["get"]>>][] = [];
  for (const text of listed) {
    const read = readListing(text);
    if ("fault" in read) return { kind: "unread", why: read.fault.reason };
    tables.push(...read.program.tables);
  }
  let program = empty;
  for (const text of loaded) {
    const read = load(text, program);
    if ("fault" in read) return { kind: "unread", why: `line ${read.fault.line} of a file: ${read.fault.reason}` };
    program = read.program;
  }
  try {
    const expected = { program, switches, refreshed: new Set(refreshed) };
    const found = tampering({ tables: new Map(tables) }, expected);
    if (!found) return { kind: "same" };
    return {
      kind: "difference",
      what: found.kind === "effect" ? found.reason : `${describe(found.packet)}: ${found.says}`,
    };
  } catch (error) {
    if (error instanceof BudgetExceeded) return { kind: "unread", why: "the rules are too many to compare" };
    throw error;
  }
}
