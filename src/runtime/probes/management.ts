import { connect, type Socket } from "node:net";
import { type Heard, hear, judgeHeard, Lines, nothingHeard } from "./management-lines.ts";
import { channelFault, whyUnreachable } from "./management-place.ts";

export interface ManagementOptions {
  /** Where OpenVPN listens. */
  readonly socket: string;
  readonly tell: (good: boolean, why: string) => void;
}

/** All that is ever sent: each change of its state, a sign of life every second, and its state now. */
const questions = "state on\nbytecount 1\nstate\n";
const question = "state\n";
/** So long may it be silent until it is asked, and so long until it answers. */
const quiet = 2_000;
const patience = 1_000;
/** Between two tries to reach it. */
const soonest = 100;
const latest = 1_000;

/** What OpenVPN says of its state on its management channel, which tells of each change at once. */
export class Management {
  readonly #options: ManagementOptions;
  #isOn = false;
  #tries = 0;
  #socket: Socket | undefined;
  #heard: Heard = nothingHeard;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ManagementOptions) {
    this.#options = options;
  }

  /** OpenVPN answers before there is an interface. */
  through(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    void this.#reach();
  }

  stop(): void {
    this.#isOn = false;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  async #reach(): Promise<void> {
    const { socket: path } = this.#options;
    const fault = await channelFault(path);
    if (!this.#isOn) return;
    if (fault !== undefined) return this.#lose(fault);
    const socket = connect({ path });
    const lines = new Lines();
    let why: string | undefined;
    const giveUp = (reason: string): void => {
      why ??= reason;
      socket.destroy();
    };
    this.#socket = socket;
    this.#heard = nothingHeard;
    this.#expect(socket);
    socket.setEncoding("latin1").on("data", (piece: string) => {
      const cut = lines.cut(piece, performance.now());
      if ("fault" in cut) return giveUp(cut.fault);
      for (const line of cut) {
        const heard = hear(this.#heard, line);
        if ("fault" in heard) return giveUp(heard.fault);
        if (!this.#heard.greeted) socket.write(questions);
        this.#heard = heard;
        this.#tell(false);
      }
      if (cut.length === 0) return;
      this.#tell(true);
      this.#expect(socket);
    });
    socket.on("error", (error) => giveUp(whyUnreachable(path, error)));
    socket.on("end", () => giveUp(this.#heard.greeted ? hungUp : turnedAway));
    socket.on("close", () => this.#isOn && this.#lose(why ?? hungUp));
  }

  /** What is bad is told line by line; what is good is what the last one says. */
  #tell(isWhole: boolean): void {
    const { good, why } = judgeHeard(this.#heard);
    if (good) this.#tries = 0;
    if (good === isWhole) this.#options.tell(good, why);
  }

  /** It stays: whoever waits in line for a channel that another program holds is served in turn. */
  #expect(socket: Socket): void {
    clearTimeout(this.#timer);
    const { good } = judgeHeard(this.#heard);
    if (this.#heard.state && !good) return; // it tells by itself when that changes
    this.#timer = setTimeout(() => {
      if (good) socket.write(question);
      this.#timer = setTimeout(() => {
        const silent = `no answer for ${quiet + patience} ms`;
        this.#options.tell(false, this.#heard.greeted ? silent : `${silent}: another program may hold the channel`);
      }, patience);
    }, quiet);
  }

  #lose(why: string): void {
    clearTimeout(this.#timer);
    this.#options.tell(false, why);
    this.#timer = setTimeout(() => void this.#reach(), Math.min(soonest * 2 ** this.#tries, latest));
    this.#tries = Math.min(this.#tries + 1, 10);
  }
}

const hungUp = "the OpenVPN client has closed its management channel";
const turnedAway = "OpenVPN turns ksp away: its `management-client-user` must be root, where there is one";
