import { type Kept, keep } from "../system/kept.ts";

export interface OwnedOptions {
  /** The copy of the bundle's file; undefined where it has none. */
  readonly path: string | undefined;
  /** Puts it there, whatever became of it. */
  readonly lay: () => Promise<void>;
  /** It goes on until this one has its own rules to load. */
  readonly before: Owned | undefined;
  readonly tell: (level: "info" | "warning", text: string) => void;
}

/** In milliseconds: between tries, each twice as long as the one before; and for a list of a hundred thousand addresses. */
const [firstWait, lastWait] = [200, 60_000];
const patience = 60_000;

/**
 * A second look at what leaves, which a flush of the ruleset spares: the table belongs to a process that is kept alive for it
 * (`owner`, Linux 5.12), and is gone as soon as that process is, or this one. The rules themselves must outlive both, so they
 * have no owner.
 */
export class Owned {
  readonly #options: OwnedOptions;
  #holder: Holder | undefined;
  /** It may have been released, and be there still. */
  #last: Holder | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wait = firstWait;
  #grounds: string | undefined;
  #told = "";

  constructor(options: OwnedOptions) {
    this.#options = options;
    const { before } = options;
    if (!before) return;
    this.#holder = before.#holder;
    this.#last = before.#last;
    before.#holder = undefined;
    clearTimeout(before.#timer);
  }

  /** Loads the table, unless it is there: with what the rules rely on besides themselves, once more where that was made anew. */
  hold(grounds = this.#grounds): void {
    const { path } = this.#options;
    if (grounds !== this.#grounds) this.release();
    this.#grounds = grounds;
    if (this.#holder) return;
    if (path === undefined) this.#tell("warning", "this bundle has none: compile it anew");
    else this.#start(path);
  }

  /** More than the states let leave may leave, as soon as it is gone. */
  release(): void {
    clearTimeout(this.#timer);
    this.#wait = firstWait;
    this.#holder?.kill();
    this.#holder = undefined;
  }

  get isGone(): boolean {
    return this.#last?.isGone ?? true;
  }

  /** Settles when what was released is gone. */
  get gone(): Promise<unknown> {
    return this.#last?.gone ?? Promise.resolve();
  }

  #start(path: string): void {
    const laid = this.gone.then(this.#options.lay).catch(() => {}); // what lies there may well be whole
    const holder = new Holder(path, laid);
    this.#holder = holder;
    this.#last = holder;
    void holder.loaded.then(() => {
      this.#wait = firstWait;
      this.#tell("info", "in force");
    });
    void holder.gone.then((why) => {
      if (this.#holder !== holder) return;
      this.#tell("warning", `it is not there: ${why}`);
      this.#timer = setTimeout(() => this.#start(path), this.#wait);
      this.#wait = Math.min(2 * this.#wait, lastWait);
    });
  }

  /** Each once, until something else is to be told. */
  #tell(level: "info" | "warning", text: string): void {
    if (this.#told !== text) this.#options.tell(level, `the second look at what leaves: ${text}`);
    this.#told = text;
  }
}

/** No command of nft: its complaint about this word says that all before it was carried out. */
const end = "everything-said";

/** Nobody's table may be there, such as one that came back from a backup; it cannot be given an owner. */
const clearing = "table inet ksp-owned\ndelete table inet ksp-owned\n";

/** A process of nft that loads a file, and then does nothing but be there. */
class Holder {
  /** Never settles where it does not load. */
  readonly loaded: Promise<void>;
  /** Why. */
  readonly gone: Promise<string>;
  isGone = false;
  #program: Kept | undefined;
  #isKilled = false;

  /** Begins once another one has gone, and its file lies there: there cannot be two tables of a name. */
  constructor(path: string, before: Promise<unknown>) {
    let isLoaded = (): void => {};
    this.loaded = new Promise((settle) => {
      isLoaded = settle;
    });
    this.gone = before
      .then(() => (this.#isKilled ? "it was not wanted any more" : this.#run(path, isLoaded)))
      .finally(() => {
        this.isGone = true;
      });
  }

  kill(): void {
    this.#isKilled = true;
    this.#program?.kill();
  }

  async #run(path: string, isLoaded: () => void): Promise<string> {
    const said: string[] = [];
    let hasSaid = false;
    let fault: string | undefined;
    const fail = (why: string): void => {
      fault = why;
      this.kill();
    };
    const timer = setTimeout(() => fail("it takes too long"), patience);
    this.#program = keep(["nft", "-i"], {
      input: `${clearing}include "${path}"\n${end}\n`,
      // In a home it would keep a history of what it was told; where it knows no terminal it complains.
      variables: { HOME: "/dev/null", TERM: "dumb" },
      complained: (line) => {
        if (hasSaid) return;
        hasSaid = line === end;
        if (!hasSaid) return void said.push(line);
        clearTimeout(timer);
        const why = complaintIn(said.splice(0).slice(0, -1));
        return why === undefined ? isLoaded() : fail(why);
      },
    });
    const why = await this.#program.gone;
    clearTimeout(timer);
    return fault ?? complaintIn(said) ?? said[0] ?? why;
  }
}

/** In front of what is wrong with an include stands where it is. What is said besides is about terminals. */
const complaintIn = (said: readonly string[]): string | undefined => said.find((line) => line.includes("Error: "));
