import { type Lab, withLab } from "../../lab/lab.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import type { Rules } from "./rules.ts";

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
  readonly ksp: Rules;
  readonly attack: (scene: Scene) => Promise<unknown>;
  /** The frames that must not be seen to leave the client, as a filter of tcpdump. */
  readonly frames: string;
  /** No rule of a policy sees it; these rules beside ours do. */
  readonly gap?: Rules;
  /** The case has no tunnel. */
  readonly isBare?: true;
  /** The carrier's mark, where the policy names another than that of the example for home. */
  readonly mark?: number;
}

/** How many frames left in clear, on the line that the internet provider sees. */
export const framesOf = (
  { attack, frames, isBare, mark = homeWireguard.mark }: Breaker,
  ...all: readonly Rules[]
): Promise<number> =>
  withLab(async (lab) => {
    for (const { load } of all) await load(lab.client);
    const vpn = isBare ? undefined : await lab.wireguard({ ...homeWireguard, mark });
    await vpn?.start();
    if (vpn && (await lab.probe(vpn)) === undefined) throw new Error("the tunnel does not come up");
    for (const { open } of all) await open(lab.client);
    const watching = await lab.listen("router", "lan0", frames, "in");
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
  readonly ksp: number;
  /** With what closes a gap. */
  readonly closed?: number;
}

export async function measure(breaker: Breaker): Promise<Measured> {
  const { without, ksp, gap } = breaker;
  const plain = await framesOf(breaker, without);
  const guarded = await framesOf(breaker, ksp);
  if (!gap) return { without: plain, ksp: guarded };
  return { without: plain, ksp: guarded, closed: await framesOf(breaker, ksp, gap) };
}
