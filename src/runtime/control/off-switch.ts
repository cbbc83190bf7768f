import type { Control } from "../../ir/policy.ts";
import type { Event } from "../machine/state.ts";
import { forgetDisabled, permitted, rememberDisabled, stillDisabled } from "./disabled.ts";
import type { Remembered } from "./run-folder.ts";

export interface OffSwitchOptions {
  readonly control: Control;
  readonly remembered: Remembered;
  /** What closes without the daemon. */
  readonly closing: readonly string[];
  readonly send: (event: Event) => void;
}

/** Switches the protection off and on again, as far as the policy allows, and on by itself when its time is over. */
export class OffSwitch {
  readonly #options: OffSwitchOptions;
  #timer: NodeJS.Timeout | undefined;
  #until: number | undefined;

  constructor(options: OffSwitchOptions) {
    this.#options = options;
  }

  /** When it closes again, by the wall clock. */
  get until(): number | undefined {
    return this.#until;
  }

  /** At a start: a word of this boot that still counts goes on counting. */
  async begin(): Promise<void> {
    const { control, remembered } = this.#options;
    const disabled = await stillDisabled(remembered);
    if (disabled && control.disable !== "never") this.#off(disabled.milliseconds);
    else await this.on();
  }

  async on(): Promise<void> {
    await this.forget();
    this.#options.send({ kind: "enable" });
  }

  /** It was closed, by whomever: the word counts no more, not even for the next daemon. */
  async forget(): Promise<void> {
    this.stop();
    await forgetDisabled(this.#options.remembered);
  }

  /** Says why not, where it may not be or nothing outside this daemon would close it again. */
  async off(asked: number | undefined): Promise<string | undefined> {
    const { control, remembered, closing } = this.#options;
    const may = permitted(control, asked);
    if ("fault" in may) return may.fault;
    const why = await rememberDisabled(remembered, may.milliseconds, closing);
    if (why !== undefined) return `nothing would close it again: ${why}`;
    this.#off(may.milliseconds);
    return undefined;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#until = undefined;
  }

  #off(milliseconds: number | undefined): void {
    this.stop();
    if (milliseconds !== undefined) {
      this.#until = Date.now() + milliseconds;
      this.#timer = setTimeout(() => void this.on(), milliseconds);
    }
    this.#options.send({ kind: "disable", ...(this.#until !== undefined && { until: this.#until }) });
  }
}
