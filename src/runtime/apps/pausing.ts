import type { App } from "../../ir/policy.ts";
import { type Means, setPaused } from "./apps.ts";

/** Pauses and resumes the apps that the policy says so of, one order after the other. */
export class Pausing {
  readonly #apps: readonly App[];
  readonly #tell: (app: string, isPaused: boolean, means: Means) => void;
  readonly #paused = new Set<string>();
  #work: Promise<void> = Promise.resolve();

  constructor(apps: readonly App[], tell: (app: string, isPaused: boolean, means: Means) => void) {
    this.#apps = apps.filter(({ onLoss }) => onLoss === "pause");
    this.#tell = tell;
  }

  get paused(): readonly string[] {
    return [...this.#paused];
  }

  order(isPaused: boolean): void {
    for (const app of this.#apps) {
      this.#work = this.#work.then(async () => {
        const means = await setPaused(app, isPaused);
        if (isPaused) this.#paused.add(app.name);
        else this.#paused.delete(app.name);
        this.#tell(app.name, isPaused, means);
      });
    }
  }

  /** All that was ordered is done. */
  finished(): Promise<void> {
    return this.#work;
  }
}
