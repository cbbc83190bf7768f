import type { Bundle } from "../ir/bundle.ts";
import { formatSet } from "../net/address-set.ts";
import { proved } from "./machine/evidence.ts";
import type { ChainState, State } from "./machine/state.ts";

/** What a person is told of a chain that is not open. */
export interface Diagnosis {
  readonly chain: string;
  readonly title: string;
  /** Which probe, since when, what is blocked, what stays open, what happens next. */
  readonly lines: readonly string[];
}

/** Why a chain is not open; undefined where it is. */
export function diagnose(state: State, name: string, { runtime }: Bundle, now: number): Diagnosis | undefined {
  const chain = state.chains.find((each) => each.name === name);
  if (!chain || (state.mode !== "loading" && state.mode !== "guarding")) return undefined;
  const hop = chain.hops[proved(chain)];
  const failed = hop?.probes.filter(({ good }) => !good) ?? [];
  // What comes through the tunnel fails with its place: the first to fail is the one to look at.
  const [first] = failed.toSorted((a, b) => a.since - b.since || Number(a.throughPath) - Number(b.throughPath));
  const why = first
    ? `${hop?.tunnel}, ${first.name}: ${first.why}, for ${seconds(now - first.since)}`
    : state.mode === "loading"
      ? "the rules are being loaded"
      : "all probes are good: it is being opened";
  return {
    chain: name,
    title: hop ? `${name} is closed: ${hop.tunnel} is lost` : `${name} is closed for a moment`,
    lines: [
      why,
      ...(failed.length > 1
        ? [
            `also: ${failed
              .filter((p) => p !== first)
              .map((p) => p.name)
              .join(", ")}`,
          ]
        : []),
      blockedBy(chain, runtime),
      ...stillOpen(chain, runtime),
      ...(hop ? [next(hop.tunnel, runtime)] : []),
    ],
  };
}

function blockedBy(chain: ChainState, { tunnels, apps }: Bundle["runtime"]): string {
  const last = chain.hops.at(-1)?.tunnel;
  const carries = tunnels.find(({ name }) => name === last)?.carries;
  const what = carries?.everything ? "everything but what the policy names" : `what ${last} carries`;
  const paused = apps.filter(({ onLoss }) => onLoss === "pause").map(({ name }) => name);
  return `blocked: ${what}${paused.length > 0 ? `; paused: ${paused.join(", ")}` : ""}`;
}

/** The way back up: the server of the first hop that is not good. */
function stillOpen(chain: ChainState, { tunnels }: Bundle["runtime"]): readonly string[] {
  const hop = chain.hops[proved(chain)];
  const servers = tunnels.find(({ name }) => name === hop?.tunnel)?.servers ?? [];
  return servers.length === 0
    ? []
    : [
        `open: ${servers.map(({ addresses }) => formatSet(addresses)).join(", ")} for the VPN itself, and the exemptions`,
      ];
}

const next = (tunnel: string, { reconnects }: Bundle["runtime"]): string => {
  const argv = reconnects.find((plan) => plan.tunnel === tunnel)?.argv.linux;
  return argv
    ? `next: \`${argv.join(" ")}\` until it is back`
    : "next: it opens by itself when every probe is good again";
};

const seconds = (milliseconds: number): string => {
  const whole = Math.max(0, Math.round(milliseconds / 1000));
  return whole < 120
    ? `${whole} s`
    : whole < 7_200
      ? `${Math.round(whole / 60)} min`
      : `${Math.round(whole / 3_600)} h`;
};
