import { type Ran, type Started, start } from "./program.ts";

/** Reads the last argument of the command: the end of its line is what says that it is whole. */
export const lineTo = (command: readonly string[]): readonly string[] => [
  "sh",
  "-c",
  'read -r last && exec "$@" "$last"',
  "sh",
  ...command,
];

/**
 * A command whose last argument is told when it is needed. To start a program from here takes three times as long as `nft` then
 * does, so a shell waits for the argument instead, another one after each. Of an argument that comes without its end, because
 * this process was killed, nothing is run.
 */
export class Standby {
  readonly #command: readonly string[];
  #waiting: Started | undefined;
  #isStopped = false;

  constructor(command: readonly string[]) {
    this.#command = lineTo(command);
  }

  /** Runs it to its end. Never rejects; the first one, and one that somebody ended, is started only now. */
  async run(last: string, milliseconds: number): Promise<Ran> {
    const program = this.#waiting?.isRunning() ? this.#waiting : start(this.#command);
    this.#waiting = undefined;
    const ran = await program.finish(`${last}\n`, milliseconds);
    if (!this.#isStopped) this.#waiting = start(this.#command);
    return ran;
  }

  stop(): void {
    this.#isStopped = true;
    this.#waiting?.kill();
  }
}
