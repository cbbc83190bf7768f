import { validateNft } from "../../../src/proof/translation/nft.ts";
import type { Emitted } from "../../emitters/policies.ts";
import { Judge } from "./judge.ts";
import { lineMutantsOf, type Mutant, mutantsOf, wordsOf } from "./words.ts";

export interface Tried extends Mutant {
  readonly file: string;
}

/** Every word and every line of every file that a policy compiles to, changed in every way. */
/** But of the second look at what leaves, which the simulator does not take: its lines are left out one by one elsewhere. */
export const mutantsIn = ({ files }: Emitted): readonly Tried[] =>
  [...files]
    .filter(([file]) => file !== "nft/owned.nft")
    .flatMap(([file, text]) =>
      [...wordsOf(text).flatMap((word) => mutantsOf(text, word)), ...lineMutantsOf(text)].map((mutant) => ({
        file,
        ...mutant,
      })),
    );

/** The only words that may be changed without any packet noticing, and why. */
export const harmless: readonly { readonly is: (mutant: Tried) => boolean; readonly because: string }[] = [
  { is: ({ from, to }) => from === "counter" && to === "", because: "counting decides nothing" },
  {
    is: (mutant) => /^"/.test(mutant.from) && /comment/.test(lineOf(mutant)),
    because: "the comment of a rule decides nothing",
  },
  { is: ({ from, to }) => from === ";" && to === "", because: "a line ends without it, too" },
  {
    is: ({ from, to }) => [from, to].toSorted().join() === "goto,jump",
    because: "nothing stands behind the call, or nothing comes back from it",
  },
  {
    is: ({ from, to }) => from === "return" && to === "drop",
    because: "the hook that it goes back to drops it without a word",
  },
  { is: (mutant) => /^\tchain [^ ]+ \{$/.test(lineOf(mutant)), because: "nothing asks for the name of a hook's chain" },
  {
    is: (mutant) => /counter accept comment "watch-/.test(lineOf(mutant)),
    because: "the tunnel is open to everyone, so to the probe as well",
  },
  {
    is: (mutant) => /port .*\b(53-54|853-854|5353-5354)\b/.test(lineOf(mutant)),
    because: "only name ports come here, and these are none",
  },
  { is: ({ from, to }) => from === "," && to === "", because: "a list may end with a comma, or without" },
  {
    is: (mutant) => /^198\.51\.100\.\d+$/.test(mutant.from) && /addr .* return /.test(lineOf(mutant)),
    because: "nothing opens the server to others",
  },
  {
    is: ({ to }) => /^(in|out)_hop1$/.test(to),
    because: "the chain of a state sends the tunnel's packets where they went before",
  },
];

const lineOf = ({ text, line }: Tried): string => text.split("\n")[line - 1] ?? "";

export type Outcome = "refused" | "caught" | "accepted" | "missed" | "false alarm";

/** Holds what the reader says of changed files against the simulator of nftables. */
export class Trial {
  readonly #policy: Emitted;
  readonly #judge: Judge;

  constructor(policy: Emitted, packetsAPolicy: number) {
    this.#policy = policy;
    this.#judge = new Judge(policy, packetsAPolicy);
  }

  of(mutant: Tried): { readonly outcome: Outcome; readonly why: string } {
    const { plan, files } = this.#policy;
    const changed = new Map([...files, [mutant.file, mutant.text]]);
    const mismatch = validateNft(plan, changed);
    if (!mismatch) {
      const seen = this.#judge.difference(changed, mutant.line);
      return { outcome: seen === undefined ? "accepted" : "missed", why: seen ?? "" };
    }
    // What is true of every state by itself is true of every move: nothing else is found on the way.
    if (mismatch.kind === "move") return { outcome: "false alarm", why: mismatch.move };
    if (mismatch.kind !== "packet") return { outcome: "refused", why: mismatch.reason };
    const { packet, says } = mismatch.difference;
    // The simulator knows no moment at which a chain is being made, and no time that runs out.
    const isUnknown = says === "the chain is open while it is made" || /^add element/.test(mutant.from);
    const isShown = isUnknown || this.#judge.tellsApart(changed, packet);
    return { outcome: isShown ? "caught" : "false alarm", why: says };
  }

  /** Whether the simulator notices by itself, of the packets that it tries. */
  isSeen({ file, line, text }: Tried): boolean {
    return this.#judge.difference(new Map([...this.#policy.files, [file, text]]), line) !== undefined;
  }
}
