import type { App } from "../../ir/policy.ts";
import type { Remembered } from "../control/run-folder.ts";
import { type Means, setPaused } from "./apps.ts";

type Paused = Pick<App, "name" | "identity">;

export interface PausingOptions {
  readonly remembered: Pick<Remembered, "read" | "write">;
  readonly tell: (app: string, isPaused: boolean, means: Means) => void;
}

/** For the next daemon, which may guard with another policy: what a killed one paused would never run again. */
const fileName = "paused.json";

/** Pauses and resumes the apps that the policy says so of, one order after the other. */
export class Pausing {
  readonly #apps: readonly App[];
  readonly #options: PausingOptions;
  readonly #paused = new Map<string, Paused>();
  #left: readonly Paused[] = [];
  #work: Promise<void> = Promise.resolve();

  constructor(apps: readonly App[], options: PausingOptions) {
    this.#apps = apps.filter(({ onLoss }) => onLoss === "pause");
    this.#options = options;
  }

  get paused(): readonly string[] {
    return [...this.#paused.keys()];
  }

  /** Before the first order: what an earlier daemon paused, whatever it guarded with. */
  async begin(): Promise<void> {
    this.#left = parseLeft(await this.#options.remembered.read(fileName));
  }

  order(isPaused: boolean): void {
    for (const app of this.#apps) this.#then(() => this.#set(app, isPaused));
  }

  /** After the first order: what an earlier daemon paused, and this one does not. */
  resumeLeft(): void {
    this.#then(async () => {
      const ours = new Set([...this.#paused.values()].map(whoOf));
      const left = this.#left;
      this.#left = [];
      for (const app of left) if (!ours.has(whoOf(app))) await this.#set(app, false);
    });
  }

  /** All that was ordered is done. */
  finished(): Promise<void> {
    return this.#work;
  }

  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work);
  }

  async #set(app: Paused, isPaused: boolean): Promise<void> {
    // Written down for as long as it may be paused.
    if (isPaused) await this.#remember(app);
    const means = await setPaused(app, isPaused);
    if (isPaused) this.#paused.set(app.name, app);
    else this.#paused.delete(app.name);
    if (!isPaused) await this.#remember();
    this.#options.tell(app.name, isPaused, means);
  }

  /** With a full disk the next daemon does not know them, and this one does. */
  async #remember(...more: readonly Paused[]): Promise<void> {
    const all = [...this.#left, ...this.#paused.values(), ...more].map(({ name, identity }) => ({ name, identity }));
    await this.#options.remembered.write(fileName, JSON.stringify(all)).catch(() => {});
  }
}

const whoOf = ({ identity }: Paused): string => JSON.stringify(identity.linux);

/** A file that is not understood remembers nothing. */
function parseLeft(text: string | undefined): readonly Paused[] {
  try {
    const left: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(left) ? left.filter(isPaused) : [];
  } catch {
    return [];
  }
}

const isPaused = (value: unknown): value is Paused =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  "identity" in value &&
  typeof value.identity === "object" &&
  value.identity !== null;
