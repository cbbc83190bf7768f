import { type Followed, follow } from "../system/program.ts";
import { isSame, type Link } from "./links.ts";

/** The mark of the daemon's probes, 0x6b700000: ping takes decimal digits only. */
const mark = `${0x6b70_0000}`;

export interface HeartbeatOptions {
  readonly target: string;
  readonly every: number;
  readonly lostAfter: number;
  readonly tell: (good: boolean, why: string) => void;
}

/** Echo requests through one interface to one address. Each answer is told, and each silence once. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #silence: number;
  #ping: Followed | undefined;
  #link: Link | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    // The last one that counts as lost may take until the next one to answer.
    this.#silence = options.every * (options.lostAfter + 1);
  }

  /** Through this interface from now on; ping holds on to the number of the one that it began with. */
  through(link: Link | undefined): void {
    if (isSame(link, this.#link)) return;
    this.stop();
    this.#link = link;
    if (!link) return;
    this.#options.tell(false, `nothing was heard through this ${link.name} yet`);
    this.#start(link);
  }

  stop(): void {
    this.#ping?.stop();
    clearTimeout(this.#timer);
    this.#ping = undefined;
    this.#link = undefined;
  }

  #start(link: Link): void {
    const { target, every, tell } = this.#options;
    const seconds = `${every / 1000}`;
    this.#ping = follow(["ping", "-n", "-O", "-i", seconds, "-I", link.name, "-m", mark, target], {
      line: (text) => {
        if (!isAnswer(text, target)) return;
        this.#timer?.refresh();
        tell(true, "answers");
      },
      complained: () => {}, // a request that the kernel refused gets no answer
      ended: (why) => {
        tell(false, why);
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#link === link && this.#start(link), every);
      },
    });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      tell(false, `no answer for ${this.#silence} ms`);
    }, this.#silence);
  }
}

/** `64 bytes from 10.64.0.1: icmp_seq=1 ttl=64 time=0.5 ms`; an answer of anybody else is none. */
export const isAnswer = (line: string, target: string): boolean =>
  / bytes from /.test(line) && line.includes(` from ${target}: icmp_seq=`);
