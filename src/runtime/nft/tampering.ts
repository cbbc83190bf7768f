import { followNetlink } from "../system/netlink-follower.ts";

export interface Hearing {
  readonly tampered: (what: string) => void;
  /** Changes may have been missed: compare. */
  readonly unsure: (why: string) => void;
}

/** Somebody who hears every change of our tables. */
export interface Listener {
  /** It listens, or has given up for now: a first change of ours would not be told from another's before. */
  readonly ready: Promise<void>;
  /** One transaction of ours follows. */
  expect(): void;
  /** The announced transaction did not happen. */
  unexpect(): void;
  stop(): void;
}

/**
 * Hears every change of our tables. A transaction of ours is announced with `expect`; one more than announced is somebody
 * else's. Processes cannot be told apart by the number that nft prints: inside a container it is the one outside.
 */
export class Tampering implements Listener {
  readonly ready: Promise<void>;
  readonly #on: Hearing;
  readonly #follower: { readonly stop: () => void };
  readonly #expected: NodeJS.Timeout[] = [];
  #touched: string | undefined;

  constructor(on: Hearing) {
    this.#on = on;
    let begin = (): void => {};
    this.ready = new Promise((settle) => {
      begin = settle;
    });
    this.#follower = followNetlink({
      command: ["nft", "monitor"],
      family: 12,
      line: (text) => this.hear(text),
      listening: () => {
        begin();
        this.#forget();
        on.unsure("listening anew");
      },
      deaf: (why) => {
        begin();
        on.unsure(why);
      },
    });
  }

  expect(): void {
    const timer = setTimeout(() => {
      this.#forget();
      this.#on.unsure("a change of our own was not heard");
    }, patience);
    this.#expected.push(timer);
  }

  unexpect(): void {
    clearTimeout(this.#expected.pop());
  }

  stop(): void {
    this.#follower.stop();
    this.#forget();
  }

  hear(line: string): void {
    if (isOurs(line)) this.#touched ??= line;
    if (!line.startsWith("# new generation")) return;
    const what = this.#touched;
    this.#touched = undefined;
    if (what === undefined) return;
    const expected = this.#expected.shift();
    clearTimeout(expected);
    if (!expected) this.#on.tampered(`${what.trim()} (${line.replace(/^# new generation \d+ /, "")})`);
  }

  #forget(): void {
    for (const timer of this.#expected.splice(0)) clearTimeout(timer);
    this.#touched = undefined;
  }
}

/** From the start of a program that loads a long list to its event. */
const patience = 35_000;

/** An event of `nft monitor` about our tables; those of others end with a longer name or are of another family. */
export const isOurs = (line: string): boolean =>
  /^(add|delete|insert|replace|flush|destroy) \w+ (inet|arp) ksp(\s|$)/.test(line);
