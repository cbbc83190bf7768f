import type { Announced, Hearing, Listener } from "../firewall/kernel.ts";
import { bypassIn } from "./bypass.ts";
import { monitorRules } from "./monitor.ts";

/**
 * Hears every change of our tables. A transaction of ours is announced with `expect`; one more than announced is somebody
 * else's. Processes cannot be told apart by the number that nft prints: inside a container it is the one outside.
 */
export class Tampering implements Listener {
  readonly ready: Promise<void>;
  readonly #on: Hearing;
  readonly #monitor: ReturnType<typeof monitorRules>;
  #expected: readonly Expected[] = [];
  #touched: string[] = [];

  constructor(on: Hearing) {
    this.#on = on;
    this.#monitor = monitorRules({
      line: (text) => this.hear(text),
      listening: () => {
        this.#forget();
        on.unsure("listening anew");
      },
      deaf: on.unsure,
    });
    this.ready = this.#monitor.ready;
  }

  expect(): Announced {
    let settle: Expected["settle"] = () => {};
    const heard = new Promise<readonly string[] | undefined>((resolve) => {
      settle = resolve;
    });
    const timer = setTimeout(() => {
      this.#forget();
      this.#on.unsure("a change of our own was not heard");
    }, patience);
    const expected: Expected = { timer, settle };
    this.#expected = [...this.#expected, expected];
    return { heard, cancel: () => this.#expected.includes(expected) && this.#drop(expected) };
  }

  stop(): void {
    this.#monitor.stop();
    this.#forget();
  }

  hear(line: string): void {
    const bypass = isOurs(line) ? undefined : bypassIn(line);
    if (bypass !== undefined) this.#on.bypassed(bypass);
    if (isOurs(line) && this.#touched.length < most) this.#touched.push(line);
    if (!line.startsWith("# new generation")) return;
    const touched = this.#touched;
    this.#touched = [];
    const [what] = touched;
    if (what === undefined) return;
    const [expected] = this.#expected;
    if (expected) this.#drop(expected, touched);
    else this.#on.tampered(`${what.trim()} (${line.replace(/^# new generation \d+ /, "")})`);
  }

  #drop(expected: Expected, heard?: readonly string[]): void {
    clearTimeout(expected.timer);
    expected.settle(heard);
    this.#expected = this.#expected.filter((each) => each !== expected);
  }

  #forget(): void {
    for (const expected of this.#expected) this.#drop(expected);
    this.#touched = [];
  }
}

interface Expected {
  readonly timer: NodeJS.Timeout;
  readonly settle: (heard: readonly string[] | undefined) => void;
}

/** Lines of a transaction that are kept: a switch has fewer, and a list of a hundred thousand addresses is told as well. */
const most = 64;

/** From the start of a program that loads a long list to its event. */
const patience = 35_000;

/** An event of `nft monitor` about our tables; those of others end with a longer name or are of another family. */
export const isOurs = (line: string): boolean =>
  /^(add|delete|insert|replace|flush|destroy) \w+ (inet|arp) ksp(\s|$)/.test(line);
