import type { Announced, Hearing, Listener } from "../firewall/kernel.ts";
import { bypassIn } from "../nft/bypass.ts";
import { monitorRules } from "../nft/monitor.ts";
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
    const monitor = monitorRules({
      line: (text) => this.hear(text),
      listening: () => this.#on.unsure("listening anew"),
      deaf: this.#on.unsure,
    });
    this.#follower = monitor;
    return monitor.ready;
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
