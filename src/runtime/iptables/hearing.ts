import type { Announced, Hearing, Listener } from "../firewall/kernel.ts";
import { bypassIn } from "../nft/bypass.ts";
import { followNetlink } from "../system/netlink-follower.ts";
import { lookAgain } from "./looking.ts";
import { isTold, type Programs } from "./programs.ts";

/**
 * Hears of changes and has them looked at: a switch of ours is several transactions, and no event says whose it is. iptables-nft
 * is heard through `nft monitor`; iptables-legacy, and a machine without nft, tell nobody.
 */
export class IptablesListener implements Listener {
  readonly ready: Promise<void>;
  readonly #on: Hearing;
  #follower: { readonly stop: () => void } | undefined;
  #isStopped = false;

  constructor(on: Hearing, programs: Programs) {
    this.#on = on;
    this.ready = isTold(programs).then((is) => {
      if (this.#isStopped) return;
      if (is) return this.#follow();
      this.#follower = lookAgain(programs, () => on.touched());
    });
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
  }

  hear(line: string): void {
    if (/^\w+ \w+ ip6? (filter|mangle|nat)(\s|$)/.test(line)) this.#on.touched();
    const bypass = bypassIn(line);
    if (bypass !== undefined) this.#on.bypassed(bypass);
  }
}
