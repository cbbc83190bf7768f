import type { Rewrite, Ruleset } from "../../ir/ruleset.ts";
import { formatAddress } from "../../net/address.ts";
import { align } from "../linux/layout.ts";
import type { Line } from "../linux/line.ts";
import { mergeTwins, wholeMatch } from "./body.ts";
import type { Spelling, WordedMatch } from "./words.ts";

/** A base chain that changes addresses; what it changes is judged in the filter hooks behind it. */
export interface RewriteChain {
  readonly name: string;
  readonly hook: string;
  readonly lines: readonly string[];
}

/** A forwarded packet gets a new destination before routing, our own after it (nft 1.0.6 knows `dstnat` in one hook alone), and a new source when it leaves. */
export function rewriteChains({ rewrites }: Ruleset, spelling: Spelling): readonly RewriteChain[] {
  const chain = (name: string, hook: string, of: readonly Rewrite[]): readonly RewriteChain[] =>
    of.length === 0
      ? []
      : [
          {
            name: `rewrite_${name}`,
            hook,
            lines: align(mergeTwins(of, spelling, isSameChange).flatMap((r) => lines(r, spelling))),
          },
        ];
  const destinations = rewrites.filter(({ change }) => change.kind === "destination");
  return [
    ...chain(
      "prerouting",
      "prerouting priority dstnat",
      destinations.filter(({ direction }) => direction !== "out"),
    ),
    ...chain(
      "output",
      "output priority -100",
      destinations.filter(({ direction }) => direction === "out"),
    ),
    ...chain(
      "postrouting",
      "postrouting priority srcnat",
      rewrites.filter(({ change }) => change.kind === "masquerade"),
    ),
  ];
}

/** Our own packets with a new destination are not routed there yet when the output hook sees them: postrouting judges them. */
export function rewrittenOutput({ rewrites }: Ruleset, spelling: Spelling): readonly string[] {
  const own = rewrites
    .filter(({ direction, change }) => direction === "out" && change.kind === "destination")
    .map(({ match: { transport }, from }) => ({
      from,
      match: { rewritten: true as const, ...(transport && { transport }) },
    }));
  const different = [...new Map(own.map((rewrite) => [JSON.stringify(rewrite), rewrite])).values()];
  const merged = mergeTwins<{ readonly match: WordedMatch; readonly from: string }>(different, spelling, () => true);
  return align(
    merged.flatMap(({ match, from }) =>
      wholeMatch(match, from, spelling).map((line) => [...line, ...ending("accept", from)]),
    ),
  );
}

const isSameChange = (a: Pick<Rewrite, "change">, b: Pick<Rewrite, "change">): boolean =>
  word(a.change) === word(b.change);

const lines = (
  { match, sparesThisMachine, change, from }: Omit<Rewrite, "match"> & { readonly match: WordedMatch },
  spelling: Spelling,
): readonly Line[] =>
  wholeMatch(match, from, spelling).map((line) => [
    ...line,
    ...(sparesThisMachine ? [{ kind: "fib", text: "fib daddr type != local" }] : []),
    ...ending(word(change), from),
  ]);

const ending = (verdict: string, from: string): Line => [
  { kind: "verdict", text: `counter ${verdict}` },
  { kind: "comment", text: `comment "${from}"` },
];

function word(change: Rewrite["change"]): string {
  if (change.kind === "masquerade") return "masquerade";
  const { address, port } = change;
  const text = formatAddress(address);
  const family = address.family === "ipv4" ? "ip" : "ip6";
  if (port === undefined) return `dnat ${family} to ${text}`;
  return `dnat ${family} to ${address.family === "ipv4" ? text : `[${text}]`}:${port}`;
}
