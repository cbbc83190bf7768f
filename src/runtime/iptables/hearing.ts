import type { Announced, Hearing, Listener } from "../firewall/kernel.ts";
import { bypassIn } from "../nft/bypass.ts";
import { followNetlink } from "../system/netlink-follower.ts";
import { isTold, type Programs } from "./programs.ts";

/** A program that tells nobody of its changes is found out within this time. */
const every = 500;

/**
 * Hears of changes and has them looked at: a switch of ours is several transactions, and no event says whose it is. iptables-nft
 * is heard through `nft monitor`; iptables-legacy, and a machine without nft, tell nobody.
 */
export class IptablesListener implements Listener {
  readonly ready: Promise<void>;
  readonly #on: Hearing;
  #follower: { readonly stop: () => void } | undefined;
  #poll: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(on: Hearing, programs: Programs) {
    this.#on = on;
    this.ready = isTold(programs).then((is) => (this.#isStopped ? undefined : is ? this.#follow() : this.#look()));
  }

  #look(): void {
    this.#poll = setInterval(() => this.#on.touched(), every);
  }

  #follow(): Promise<void> {
    return new Promise((begin) => {
      this.#follower = followNetlink({
        command: ["nft", "monitor"],
        family: 12,
        line: (text) => this.hear(text),
        listening: () => {
          begin();
          this.#on.unsure("listening anew");
        },
        deaf: (why) => {
          begin();
          this.#on.unsure(why);
        },
      });
    });
  }

  expect(): Announced {
    return { heard: Promise.resolve(undefined), cancel: () => {} };
  }

  stop(): void {
    this.#isStopped = true;
    this.#follower?.stop();
    clearInterval(this.#poll);
  }

  hear(line: string): void {
    if (/^\w+ \w+ ip6? (filter|mangle|nat)(\s|$)/.test(line)) this.#on.touched();
    const bypass = bypassIn(line);
    if (bypass !== undefined) this.#on.bypassed(bypass);
  }
}
