import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { empty, type Program } from "../../src/proof/readers/nft/program.ts";
import { readListing } from "../../src/proof/readers/nft/read-listing.ts";
import { load } from "../../src/proof/readers/nft/read-text.ts";
import { type Tampering, tampering } from "../../src/proof/translation/same-programs.ts";
import { randomOf } from "../fuzz/random.ts";
import type { Bundle } from "../lab/bundle.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { openSandbox, type Sandbox } from "../lab/sandbox.ts";
import { golden, policies } from "./golden.ts";
import { another, changedAt, leavesOf, leftOut, valueAt } from "./leaves.ts";

/** What a kernel lists, read back, means what was loaded; whoever changes it is noticed. */
describe.skipIf(mayBeSkipped())("a listing", () => {
  let sandbox: Sandbox<"host"> | undefined;
  beforeAll(async () => {
    sandbox = await openSandbox(["host"]);
  });
  afterAll(() => sandbox?.close());

  const host = () => {
    if (!sandbox) throw new Error("no sandbox");
    return sandbox.namespaces.host;
  };
  const listed = async () => {
    const listing = readListing(await host().run(["nft", "-j", "-p", "list", "ruleset"]));
    if ("fault" in listing) throw new Error(`${listing.fault.place}: ${listing.fault.reason}`);
    return listing;
  };
  const reading = (text: string, before: Program): Program => {
    const read = load(text, before);
    if ("fault" in read) throw new Error(`${read.fault.line}: ${read.fault.reason}`);
    return read.program;
  };
  /** What differs between the kernel and a program that is expected there. */
  const found = async (program: Program, bundle: Bundle): Promise<Tampering | undefined> =>
    tampering((await listed()).program, { program, switches: switchesOf(bundle), refreshed: new Set() });
  const switchesOf = (bundle: Bundle) => bundle.states.map((state) => bundle.read(`switch/${state}.nft`));

  test.each(policies)("%s: in every state the kernel holds what was loaded", async (policy) => {
    const bundle = golden(policy);
    for (const [, group = ""] of bundle.read("ruleset.nft").matchAll(/cgroupv2 level \d+ "([^"]+)"/g))
      await host().run(["sh", "-c", `mount -t tmpfs none /sys/fs/cgroup; mkdir -p "/sys/fs/cgroup/${group}"`]);
    let program = empty;
    for (const file of [
      "lockdown.nft",
      "ruleset.nft",
      ...bundle.states.map((state) => `switch/${state}.nft`),
      "disable.nft",
    ]) {
      await host().nft(bundle.read(file));
      program = reading(bundle.read(file), program);
      const switches = file === "ruleset.nft" ? switchesOf(bundle) : [];
      expect(tampering((await listed()).program, { program, switches, refreshed: new Set() }), file).toBeUndefined();
    }
    await host().nft(bundle.read("uninstall.nft"));
    expect((await listed()).program.tables.size).toBe(0);
  });

  describe("of rules that somebody changed", () => {
    const bundle = golden("home");
    const none: ReadonlySet<string> = new Set();
    const expected = reading(bundle.read("switch/up.nft"), reading(bundle.read("ruleset.nft"), empty));
    const loaded = async (): Promise<void> => {
      await host().nft(bundle.read("ruleset.nft"));
      await host().nft(bundle.read("switch/up.nft"));
    };

    test.each([
      ["a rule more", "insert rule inet ksp output accept", "out", "lets it pass"],
      ["a rule at the end, behind what refuses", "add rule inet ksp output accept", undefined, undefined],
      [
        "a rule more in a state that is not in force",
        "insert rule inet ksp out_down ip daddr 203.0.113.1 accept",
        "out",
        "lets it pass",
      ],
      ["a flushed chain", "flush chain inet ksp in", "in", "does not let it pass"],
      ["a chain without its refusal", "flush chain inet ksp forward", "forward", ""],
      ["another state than was chosen", bundle.read("switch/down.nft"), "out", "does not let it pass"],
      ["arp", "insert rule arp ksp output accept", "out", "lets it pass"],
    ])("%s", async (_, change, direction, says) => {
      await loaded();
      await host().nft(change);
      const difference = await found(expected, bundle);
      if (direction === undefined) expect(difference).toBeUndefined();
      else {
        expect(difference?.kind).toBe("packet");
        if (difference?.kind !== "packet") return;
        expect(difference.packet.direction).toBe(direction);
        expect(difference.says).toContain(says);
      }
    });

    test("an element more or less in a set", async () => {
      const bundle = golden("company");
      const expected = reading(bundle.read("ruleset.nft"), empty);
      const [, name = "", first = ""] =
        /\tset (\S+_ipv4) \{[^}]*elements = \{\s*([^,\s]+)/.exec(bundle.read("ruleset.nft")) ?? [];
      for (const change of [
        `add element inet ksp ${name} { 203.0.113.7 }`,
        `delete element inet ksp ${name} { ${first} }`,
      ]) {
        await host().nft(bundle.read("ruleset.nft"));
        await host().nft(change);
        expect(await found(expected, bundle), change).toMatchObject({ kind: "packet" });
        const { program } = await listed();
        const refreshed = new Set([name]);
        expect(
          tampering(program, { program: expected, switches: switchesOf(bundle), refreshed }),
          change,
        ).toBeUndefined();
      }
    });

    test("a deleted rule", async () => {
      await loaded();
      const listing = JSON.parse(await host().run(["nft", "-j", "list", "ruleset"])) as {
        readonly nftables: readonly { readonly rule?: Readonly<Record<string, string>> }[];
      };
      const rules = listing.nftables.flatMap(({ rule }) => (rule ? [rule] : []));
      expect(rules.length).toBeGreaterThan(50);
      const unnoticed: string[] = [];
      for (const { family, chain, handle, comment = "" } of rules.filter((_, i) => i % 12 === 0)) {
        // A table that is made anew numbers its rules alike.
        await loaded();
        await host().nft(`delete rule ${family} ksp ${chain} handle ${handle}`);
        if (!(await found(expected, bundle))) unnoticed.push(`${chain} ${comment}`);
      }
      // Another rule says the same of their packets.
      expect(unnoticed.filter((rule) => !/watch-|built-in-dns|closed-/.test(rule))).toEqual([]);
    });
    test("each value of the listing, changed or left out", async () => {
      await loaded();
      const json: unknown = JSON.parse(await host().run(["nft", "-j", "-p", "list", "ruleset"]));
      const random = randomOf(7);
      const leaves = leavesOf(json);
      /** Numbers of rules, counts, comments and versions decide nothing. */
      const harmless = /^(handle|packets|bytes|comment|version|release_name)$/;
      /** Other rules say the same: the tunnel is open to the probe, too, and nothing opens the server to others. */
      const doubled = /"comment":"watch-|"198\.51\.100\.7".*"return"/;
      const tried = Array.from({ length: 150 }, () => random.pick(leaves)).filter(
        (path) => !harmless.test(`${path.at(-1)}`),
      );
      const unnoticed = tried.flatMap((path) =>
        [another, () => leftOut].flatMap((by) => {
          const listing = readListing(JSON.stringify(changedAt(json, path, by)));
          if ("fault" in listing) return [];
          const difference = tampering(listing.program, {
            program: expected,
            switches: switchesOf(bundle),
            refreshed: none,
          });
          const rule = JSON.stringify(valueAt(json, path.slice(0, 3)));
          return difference || doubled.test(rule) ? [] : [`${path.join(".")}: ${rule}`];
        }),
      );
      expect(unnoticed).toEqual([]);
    });

    test("a table that is gone, or asleep, or hooked elsewhere", async () => {
      await loaded();
      await host().nft("delete table arp ksp");
      expect(await found(expected, bundle)).toMatchObject({ kind: "effect" });
      await loaded();
      await host().nft("table inet ksp {\n\tflags dormant\n}");
      await expect(listed()).rejects.toThrow("unknown flags");
      await host().nft("delete table inet ksp");
      await loaded();
      await host().nft(
        "table inet ksp {\n\tchain first {\n\t\ttype filter hook input priority -400; policy accept;\n\t}\n}",
      );
      await expect(listed()).rejects.toThrow();
      await host().nft("flush ruleset");
      expect(await found(expected, bundle)).toMatchObject({
        kind: "effect",
        reason: expect.stringContaining("nothing"),
      });
    });

    test("tables of others are named, and not read", async () => {
      await loaded();
      await host().nft("table ip other {\n\tchain a {\n\t\ttcp flags syn accept\n\t}\n}");
      expect((await listed()).others).toEqual(["ip other"]);
      expect(await found(expected, bundle)).toBeUndefined();
      await host().nft("delete table ip other");
    });
  });
});
