import { complaint, run } from "../system/program.ts";
import { isSame, type Link } from "./links.ts";

export interface HandshakeOptions {
  readonly within: number;
  readonly tell: (good: boolean, why: string) => void;
}

/** WireGuard's last handshake, asked often enough to notice that it has become too old. */
export class Handshake {
  readonly #options: HandshakeOptions;
  #timer: NodeJS.Timeout | undefined;
  #link: Link | undefined;

  constructor(options: HandshakeOptions) {
    this.#options = options;
  }

  through(link: Link | undefined): void {
    if (isSame(link, this.#link)) return;
    this.stop();
    this.#link = link;
    this.#options.tell(false, link ? `this ${link.name} was not asked yet` : "there is no interface");
    if (link) void this.#ask(link);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#link = undefined;
  }

  async #ask(link: Link): Promise<void> {
    const { within, tell } = this.#options;
    const ran = await run(["wg", "show", link.name, "latest-handshakes"], { milliseconds: 2_000 });
    if (this.#link !== link) return;
    const { good, why } =
      ran.status === 0 ? judgeHandshakes(ran.stdout, Date.now(), within) : { good: false, why: complaint(ran) };
    tell(good, why);
    const wait = good ? Math.min(Math.max(within / 8, soon), 5_000) : soon;
    this.#timer = setTimeout(() => void this.#ask(link), wait);
  }
}

/** Somebody waits for the tunnel to come. */
const soon = 250;

/** The youngest of a device's peers counts. A handshake of the future tells of a clock that was set, not of a peer. */
export function judgeHandshakes(
  listed: string,
  now: number,
  within: number,
): { readonly good: boolean; readonly why: string } {
  const times = listed.split("\n").flatMap((line) => {
    const seconds = /^\S+\t(\d+)$/.exec(line)?.[1];
    return seconds === undefined || seconds === "0" ? [] : [Number(seconds) * 1000];
  });
  if (times.length === 0) return { good: false, why: "no handshake yet" };
  const age = now - Math.max(...times);
  if (age < -1_000) return { good: false, why: "the last handshake lies in the future" };
  const text = `the last handshake is ${Math.max(0, Math.round(age / 1000))} s old`;
  return { good: age <= within, why: text };
}
