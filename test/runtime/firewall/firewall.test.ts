import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { parseAddress } from "../../../src/net/address.ts";
import { Firewall } from "../../../src/runtime/firewall/firewall.ts";
import { type Answer, free, type Hearing, type Kernel, type Listing } from "../../../src/runtime/firewall/kernel.ts";

const none: ReadonlyMap<string, string> = new Map();
const resolver = parseAddress("192.168.1.1");

/** A kernel of a few words, which does what the files say, unless a test says otherwise. */
const openKernel = (meaning: (texts: readonly string[]) => Promise<Answer>) => {
  const kernel = {
    loaded: [] as string[],
    now: undefined as Listing | undefined,
    refuses: new Set<string>(),
    hearing: undefined as Hearing | undefined,
    expected: 0,
    /** What its monitor says of a transaction. */
    tells: (_file: string): readonly string[] | undefined => undefined,
    lists: 0,
    /** The control groups that rules speak of. */
    grounds: "",
    slow: async (): Promise<void> => {},
  };
  const listed = async () => {
    kernel.lists++;
    await kernel.slow();
    return kernel.now ? { ...kernel.now, texts: [kernel.now.fixed] } : { fault: "No such file or directory" };
  };
  const api: Kernel = {
    load: async (file) => {
      await Promise.resolve();
      kernel.loaded.push(file);
      if (kernel.refuses.has(file)) return `${file} does not load`;
      const fixed = kernel.now?.fixed ?? "rules";
      if (file === "ruleset") kernel.now = { fixed: "rules", state: "down", filled: none };
      else if (file === "lockdown") kernel.now = { fixed: "lockdown", state: undefined, filled: none };
      else if (file === "disable") kernel.now = { fixed: "free", state: free, filled: none };
      else kernel.now = { fixed, state: file.slice("switch/".length), filled: kernel.now?.filled ?? none };
      return undefined;
    },
    canFill: () => true,
    fill: async (table, addresses) => {
      kernel.loaded.push(table);
      if (kernel.now) kernel.now = { ...kernel.now, filled: new Map([[table, `${addresses.length}`]]) };
      return undefined;
    },
    list: listed,
    glance: listed,
    hasTold: (heard, state) => heard?.join() === state,
    grounds: async () => kernel.grounds,
    meaning: async (texts) => {
      await new Promise(setImmediate);
      return meaning(texts);
    },
    listen: (on) => {
      kernel.hearing = on;
      return {
        ready: Promise.resolve(),
        expect: () => {
          kernel.expected++;
          return {
            heard: new Promise((settle) => setImmediate(() => settle(kernel.tells(kernel.loaded.at(-1) ?? "")))),
            cancel: () => {
              kernel.expected--;
            },
          };
        },
        stop: () => {},
      };
    },
    stop: () => {},
  };
  return { kernel, api };
};

const same: Answer = { kind: "same" };
const openFirewall = (left?: string, meaning: (texts: readonly string[]) => Promise<Answer> = async () => same) => {
  const { kernel, api } = openKernel(meaning);
  const told: string[] = [];
  const firewall = new Firewall({
    kernel: api,
    closed: "down",
    remembered: () => left,
    networkResolvers: async () => (resolver ? [resolver] : []),
    lay: async () => {},
    loaded: async () => {},
    remember: (fixed) => told.push(`remember ${fixed}`),
    done: (ticket) => told.push(`done ${ticket}`),
    failed: (ticket, why) => told.push(`failed ${ticket}: ${why}`),
    bypassed: (how) => told.push(`bypassed: ${how}`),
    tampered: (what) => told.push(`tampered: ${what}`),
    note: (text) => text.startsWith("the kernel holds what") || told.push(text),
  });
  onTestFinished(() => firewall.stop());
  return { firewall, kernel, told };
};
/** Whatever is loaded, this is listed. */
const stuck = (kernel: object, now: Listing | undefined): void => {
  Object.defineProperty(kernel, "now", { get: () => now, set: () => {} });
};
/** Whatever goes on by itself has ended: nothing here waits for a clock. */
const settle = async (): Promise<void> => {
  for (let turns = 0; turns < 40; turns++) await new Promise(setImmediate);
};

describe("an order", () => {
  test("is carried out and read back", async () => {
    const { firewall, kernel, told } = openFirewall();
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    firewall.order({ kind: "move", ticket: 2, to: "private:up+work:down" });
    await settle();
    firewall.order({ kind: "visit", ticket: 3 });
    await settle();
    firewall.order({ kind: "free", ticket: 4 });
    await settle();
    expect(told.filter((text) => !text.startsWith("remember"))).toEqual(["done 1", "done 2", "done 3", "done 4"]);
    expect(kernel.loaded).toEqual([
      "ruleset",
      "switch/private.up_work.down",
      "portal_resolvers",
      "switch/portal",
      "disable",
    ]);
    expect(kernel.expected).toBe(5);
  });

  test("is begun before whoever gives it goes on to anything slower", async () => {
    const { firewall, kernel } = openFirewall();
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    firewall.order({ kind: "move", ticket: 2, to: "up" });
    expect(kernel.expected).toBe(2);
  });

  test("that a newer one overtakes while it waits is not carried out", async () => {
    const { firewall, kernel, told } = openFirewall();
    firewall.order({ kind: "load", ticket: 1 });
    firewall.order({ kind: "move", ticket: 2, to: "up" });
    firewall.order({ kind: "move", ticket: 3, to: "down" });
    await settle();
    // Even the first was still waiting: the rules are not known to be ours, so it cannot be switched.
    expect(told).toEqual(["failed 3: the rules are not known to be ours"]);
    expect(kernel.loaded).toEqual([]);
  });

  test("that comes in the moment in which the last one ends is not lost", async () => {
    for (let turns = 0; turns < 12; turns++) {
      const { firewall, told } = openFirewall();
      firewall.order({ kind: "load", ticket: 1 });
      while (!told.includes("done 1")) await Promise.resolve();
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      firewall.order({ kind: "move", ticket: 2, to: "up" });
      await settle();
      expect(told.at(-1), `${turns} turns later`).toBe("done 2");
    }
  });

  test.each([
    ["another state", { fixed: "rules", state: "up", filled: none }, "the kernel is not in down after a switch"],
    ["no state", { fixed: "rules", state: free, filled: none }, "the kernel is not in down after a switch"],
    ["nothing", undefined, "No such file or directory"],
  ] as const)("fails where %s is read back", async (_, now, why) => {
    const { firewall, kernel, told } = openFirewall();
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    stuck(kernel, now);
    firewall.order({ kind: "move", ticket: 2, to: "down" });
    await settle();
    expect(told.at(-1)).toBe(`failed 2: ${why}`);
  });

  test("to load puts the lockdown in force where the rules do not load", async () => {
    const { firewall, kernel, told } = openFirewall();
    kernel.refuses.add("ruleset");
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    expect(told).toEqual(["failed 1: ruleset does not load; the lockdown is in force instead"]);
    expect(kernel.now?.fixed).toBe("lockdown");
    kernel.refuses.add("lockdown");
    firewall.order({ kind: "load", ticket: 2 });
    await settle();
    expect(told.at(-1)).toContain("nor does the lockdown load");
    expect(kernel.expected).toBe(1);
  });

  test("to load is not believed when the same file lists otherwise than before", async () => {
    const { firewall, kernel, told } = openFirewall();
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    stuck(kernel, { fixed: "more rules", state: "down", filled: none });
    firewall.order({ kind: "load", ticket: 2 });
    await settle();
    expect(told.at(-1)).toBe("failed 2: the kernel lists other rules than before");
  });
});

describe("the kernel's own word of a switch", () => {
  test.each([
    ["is believed", ["up"], false],
    ["of something else is not", ["down"], true],
    ["that did not come is not", undefined, true],
  ] as const)("%s: else it is looked at", async (_, told, isListed) => {
    const { firewall, kernel, told: answers } = openFirewall();
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    kernel.tells = () => told;
    const before = kernel.lists;
    firewall.order({ kind: "move", ticket: 2, to: "up" });
    await settle();
    expect(kernel.lists - before).toBe(isListed ? 1 : 0);
    expect(answers.at(-1)).toBe("done 2");
    // What was believed is what must stay.
    firewall.check();
    await settle();
    expect(answers.at(-1)).toBe("done 2");
    if (kernel.now) kernel.now = { ...kernel.now, state: "down", filled: none };
    firewall.check();
    await settle();
    expect(answers.at(-1)).toMatch(/^tampered/);
  });
});

describe("what was touched", () => {
  test("is looked at once, after the order that is carried out", async () => {
    const { firewall, kernel, told } = openFirewall();
    firewall.order({ kind: "load", ticket: 1 });
    for (let events = 0; events < 9; events++) kernel.hearing?.touched();
    expect(kernel.lists).toBe(0);
    await settle();
    expect(told).toEqual(["remember rules", "done 1"]);
    expect(kernel.lists).toBe(3); // before the load, after it, and the glance
    if (kernel.now) kernel.now = { ...kernel.now, fixed: "rules and one more" };
    kernel.hearing?.touched();
    await settle();
    expect(told.at(-1)).toBe("tampered: the kernel lists other rules than were loaded");
  });

  test("while rules were switched fails the order", async () => {
    const { firewall, kernel, told } = openFirewall();
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    stuck(kernel, { fixed: "rules and one more", state: "up", filled: none });
    firewall.order({ kind: "move", ticket: 2, to: "up" });
    await settle();
    expect(told.at(-1)).toBe("failed 2: the kernel lists other rules than were loaded");
  });
});

describe("a reader who finds that the kernel holds something else", () => {
  const finds = async (): Promise<Answer> => ({ kind: "difference", what: "a packet passes" });

  test("closes; when the same comes of another load, only the lockdown is loaded from then on", async () => {
    const { firewall, kernel, told } = openFirewall(undefined, finds);
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    expect(told).toEqual([
      "remember rules",
      "done 1",
      "tampered: the kernel holds something else than was loaded: a packet passes",
    ]);
    for (const ticket of [2, 3]) {
      firewall.order({ kind: "load", ticket });
      await settle();
      expect(told.at(-1)).toBe(
        `failed ${ticket}: the kernel holds something else than was loaded: a packet passes; the lockdown is in force instead`,
      );
    }
    expect(kernel.loaded).toEqual(["ruleset", "ruleset", "lockdown", "lockdown"]);
  });

  test("reads anew what lists otherwise", async () => {
    const answers: Answer[] = [{ kind: "difference", what: "a packet passes" }, same];
    const read: string[] = [];
    const { firewall, kernel, told } = openFirewall(undefined, async (texts) => {
      read.push(...texts);
      return answers.shift() ?? same;
    });
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    stuck(kernel, { fixed: "others", state: "down", filled: none });
    firewall.order({ kind: "load", ticket: 2 });
    await settle();
    expect(told.at(-1)).toBe("done 2");
    firewall.order({ kind: "load", ticket: 3 });
    await settle();
    expect(read, "once each").toEqual(["rules", "others"]);
  });

  test("closes as well where it cannot read: nobody could tell what passes", async () => {
    const { firewall, kernel, told } = openFirewall(undefined, async () => ({ kind: "unread", why: "an unknown key" }));
    for (const ticket of [1, 2]) {
      firewall.order({ kind: "load", ticket });
      await settle();
    }
    const why = "nobody can tell whether the kernel holds what was loaded: an unknown key";
    expect(told.slice(1)).toEqual(["done 1", `tampered: ${why}`, `failed 2: ${why}; the lockdown is in force instead`]);
    expect(kernel.loaded).toEqual(["ruleset", "ruleset", "lockdown"]);
  });

  test("does not keep what an earlier daemon left", async () => {
    const { firewall, kernel, told } = openFirewall("rules", finds);
    kernel.now = { fixed: "rules", state: "up", filled: none };
    for (const ticket of [1, 2]) {
      firewall.order({ kind: "load", ticket });
      await settle();
    }
    expect(told.slice(0, 3)).toEqual([
      "adopted the rules that are there",
      "done 1",
      "tampered: the kernel holds something else than was loaded: a packet passes",
    ]);
    expect(kernel.loaded).toEqual(["switch/down", "ruleset", "lockdown"]);
  });
});

describe("what an earlier daemon left", () => {
  test("is kept, closed first, where it is the same", async () => {
    const { firewall, kernel, told } = openFirewall("rules");
    kernel.now = { fixed: "rules", state: "up", filled: none };
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    expect(told).toEqual(["adopted the rules that are there", "done 1"]);
    expect(kernel.loaded).toEqual(["switch/down"]);
  });

  test.each([
    ["of another bundle", undefined, { fixed: "rules", state: "up", filled: none }],
    ["changed", "rules", { fixed: "rules and one more", state: "up", filled: none }],
    ["in no state", "rules", { fixed: "rules", state: free, filled: none }],
    ["gone", "rules", undefined],
  ] as const)("is loaded anew where it is %s", async (_, left, now) => {
    const { firewall, kernel, told } = openFirewall(left);
    kernel.now = now;
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    expect(told).toEqual(["remember rules", "done 1"]);
    expect(kernel.loaded).toEqual(["ruleset"]);
  });
});

describe("what rules rely on", () => {
  test("is there before they are loaded, and what is made anew is noticed, also by the next daemon", async () => {
    const { firewall, kernel, told } = openFirewall();
    kernel.grounds = "browser.slice 7";
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    firewall.check();
    await settle();
    expect(told).toEqual(["remember rules browser.slice 7", "done 1"]);
    kernel.grounds = "browser.slice 8";
    firewall.check();
    await settle();
    expect(told.at(-1)).toMatch(/^tampered: a control group/);

    for (const [grounds, adopted] of [
      ["browser.slice 8", 0],
      ["browser.slice 7", 1],
    ] as const) {
      const next = openFirewall("rules browser.slice 7");
      next.kernel.grounds = grounds;
      next.kernel.now = { fixed: "rules", state: "up", filled: none };
      next.firewall.order({ kind: "load", ticket: 1 });
      await settle();
      expect(next.told.filter((text) => text.startsWith("adopted"))).toHaveLength(adopted);
    }
  });
});

describe("sets that are filled while the rules are loaded", () => {
  test("must hold that from then on, also for the next daemon", async () => {
    const { firewall, kernel, told } = openFirewall();
    expect(await firewall.fill("allow-host-1", [])).toBe("the rules are not known to be ours");
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    expect(await firewall.fill("allow-host-1", [])).toBeUndefined();
    firewall.check();
    await settle();
    expect(told).toEqual(["remember rules", "done 1", "remember rules allow-host-1 0"]);
    if (kernel.now) kernel.now = { ...kernel.now, filled: new Map([["allow-host-1", "another"]]) };
    firewall.check();
    await settle();
    expect(told.at(-1)).toMatch(/^tampered/);
  });
});

describe("what nobody told of", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each([
    ["a rule", { fixed: "rules and one more", state: "up", filled: none }],
    ["a state", { fixed: "rules", state: "down", filled: none }],
    ["everything", undefined],
  ] as const)("%s is found by the next comparison, once", async (_, now) => {
    const { firewall, kernel, told } = openFirewall();
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    firewall.order({ kind: "move", ticket: 2, to: "up" });
    await settle();
    vi.advanceTimersByTime(10_000);
    await settle();
    expect(told).toEqual(["remember rules", "done 1", "done 2"]);
    kernel.now = now;
    vi.advanceTimersByTime(10_000);
    await settle();
    vi.advanceTimersByTime(10_000);
    await settle();
    expect(told.slice(3)).toEqual([expect.stringMatching(/^tampered: /)]);
  });

  test("long lists are compared less often: a hundredth of the time at most", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const { firewall, kernel } = openFirewall();
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    const before = kernel.lists;
    kernel.slow = async () => void vi.advanceTimersByTime(2_000);
    const looks = async (milliseconds: number): Promise<number> => {
      vi.advanceTimersByTime(milliseconds);
      await settle();
      return kernel.lists - before;
    };
    expect(await looks(10_000)).toBe(1);
    expect(await looks(195_000)).toBe(1);
    expect(await looks(5_000)).toBe(2);
  });

  test("a listener that is not sure asks for a comparison", async () => {
    const { firewall, kernel, told } = openFirewall();
    firewall.order({ kind: "load", ticket: 1 });
    await settle();
    kernel.now = { fixed: "other", state: "down", filled: none };
    kernel.hearing?.unsure("it was deaf");
    await settle();
    expect(told.at(-1)).toBe("tampered: the kernel lists other rules than were loaded");
  });
});

test("the end closes, and loads where that fails", async () => {
  const { firewall, kernel } = openFirewall();
  firewall.order({ kind: "load", ticket: 1 });
  await settle();
  firewall.order({ kind: "move", ticket: 2, to: "up" });
  await settle();
  expect(await firewall.close()).toBeUndefined();
  expect(kernel.loaded.at(-1)).toBe("switch/down");
  kernel.refuses.add("switch/down");
  expect(await firewall.close()).toBeUndefined();
  expect(kernel.loaded.at(-1)).toBe("ruleset");
});
