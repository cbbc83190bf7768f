import type { ChainState, HopState, ProbeState, Report } from "./state.ts";

/** Leading hops with nothing but good probes. A hop without probes would be one that nobody watches: never good. */
export function proved({ hops }: ChainState): number {
  const first = hops.findIndex((hop) => hop.probes.length === 0 || !hop.probes.every(({ good }) => good));
  return first < 0 ? hops.length : first;
}

/** The chain with one more report in it; the very same chain where the report changes nothing. */
export function note(chain: ChainState, report: Report): ChainState {
  const index = chain.hops.findIndex(({ tunnel }) => tunnel === report.tunnel);
  const probe = chain.hops[index]?.probes.find(({ name }) => name === report.probe);
  if (!probe) return chain;
  if (report.good) {
    // The rules let no probe through behind the hops that are open: an answer from there is an old one.
    if (probe.good || (probe.throughPath && index > chain.inForce)) return chain;
    return withHop(chain, index, (hop) => replaced(hop, probe, { good: true, why: report.why, since: report.at }));
  }
  const told = probe.good ? { good: false, why: report.why, since: report.at } : { why: report.why };
  const noted = withHop(chain, index, (hop) => replaced(hop, probe, told));
  return forget(noted, index, `nothing since ${report.tunnel} failed: ${report.why}`, report.at, probe.name);
}

/** What came through hops from `first` on proves nothing any more: it must come again. */
export function forget(chain: ChainState, first: number, why: string, at: number, except?: string): ChainState {
  const isKept = (probe: ProbeState): boolean => !probe.throughPath || !probe.good || probe.name === except;
  const hops = chain.hops.map((hop, index) =>
    index < first || hop.probes.every(isKept)
      ? hop
      : { ...hop, probes: hop.probes.map((p) => (isKept(p) ? p : { ...p, good: false, why, since: at })) },
  );
  return hops.every((hop, i) => hop === chain.hops[i]) ? chain : { ...chain, hops };
}

const replaced = (hop: HopState, old: ProbeState, change: Partial<ProbeState>): HopState => ({
  ...hop,
  probes: hop.probes.map((probe) => (probe === old ? { ...probe, ...change } : probe)),
});

const withHop = (chain: ChainState, index: number, change: (hop: HopState) => HopState): ChainState => ({
  ...chain,
  hops: chain.hops.map((hop, i) => (i === index ? change(hop) : hop)),
});
