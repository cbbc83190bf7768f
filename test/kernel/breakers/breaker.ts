import { type Lab, withLab } from "../../lab/lab.ts";
import type { Place } from "../../lab/line.ts";
import { homeWireguard, type WireguardOptions } from "../../lab/wireguard.ts";
import { variants } from "../iptables/bundle.ts";
import { byIptables, byNft, type Ours, type Rules } from "./rules.ts";

/** What a case finds: rules in force, and a tunnel in use through them. */
export interface Scene {
  readonly lab: Lab;
  readonly loseTunnel: () => Promise<void>;
}

/** One known way to make a kill switch leak. */
export interface Breaker {
  /** What is done, in the words of docs/attacks.md. */
  readonly name: string;
  /** Where it is known from. */
  readonly source: string;
  /** What leaks. */
  readonly without: Rules;
  readonly ksp: Ours;
  readonly attack: (scene: Scene) => Promise<unknown>;
  /** The frames that must not be seen to leave the client, as a filter of tcpdump. */
  readonly frames: string;
  /** Where they are seen: by the internet provider, where nothing else is said. */
  readonly seenBy?: readonly [place: Place, device: string];
  /** No rule of a policy sees it; these rules beside ours do. */
  readonly gap?: Rules;
  /** The case has no tunnel. */
  readonly isBare?: true;
  /** What the policy says of its tunnel that the example for home does not. */
  readonly tunnel?: Partial<WireguardOptions>;
  /** Declared: iptables has no rules for such packets (`capabilities.ts`). */
  readonly isBeyondIptables?: true;
}

/** How many frames left that must not. */
export const framesOf = (
  { attack, frames, seenBy: [place, device] = ["router", "lan0"], isBare, tunnel }: Breaker,
  ...all: readonly Rules[]
): Promise<number> =>
  withLab(async (lab) => {
    for (const { load } of all) await load(lab.client);
    const vpn = isBare ? undefined : await lab.wireguard({ ...homeWireguard, ...tunnel });
    await vpn?.start();
    if (vpn && (await lab.probe(vpn)) === undefined) throw new Error("the tunnel does not come up");
    for (const { open } of all) await open(lab.client);
    const watching = await lab.listen(place, device, frames, "in");
    await attack({
      lab,
      loseTunnel: async () => {
        await vpn?.process().kill();
      },
    });
    return (await watching.stop()).length;
  });

export interface Measured {
  readonly without: number;
  readonly nft: number;
  /** With what closes a gap. */
  readonly closed?: number;
  /** With iptables-nft and with iptables-legacy, together; of a gap nothing. */
  readonly iptables?: number;
}

export async function measure(breaker: Breaker): Promise<Measured> {
  const { gap, ksp } = breaker;
  const ours = byNft(ksp);
  const without = await framesOf(breaker, breaker.without);
  const nft = await framesOf(breaker, ours);
  return { without, nft, ...(gap && { closed: await framesOf(breaker, ours, gap) }) };
}

export async function measureIptables(breaker: Breaker): Promise<Pick<Measured, "iptables">> {
  if (breaker.gap) return {};
  let iptables = 0;
  for (const variant of variants) iptables += await framesOf(breaker, byIptables(breaker.ksp, variant));
  return { iptables };
}
