import { describe, expect, test } from "vitest";
import { keyOf } from "../../../src/emitters/wfp/keys.ts";
import { canonicalJson } from "../../../src/ir/canonical.ts";
import { describe as describePacket } from "../../../src/ir/packet.ts";
import type { WfpFilter } from "../../../src/ir/wfp-document.ts";
import { applied, MovesOfWfp, type WfpMove, type WfpStanding } from "../../../src/proof/moves/wfp.ts";
import { PacketSpace } from "../../../src/proof/packet-space.ts";
import type { Filter } from "../../../src/proof/readers/wfp/document.ts";
import { Meaning, questions, vocabularyOfDocument } from "../../../src/proof/readers/wfp/meaning.ts";
import { readDocument } from "../../../src/proof/readers/wfp/read-document.ts";
import { SameOnWindows } from "../../../src/proof/translation/same-on-windows.ts";
import { validateWfp } from "../../../src/proof/translation/wfp.ts";
import { windowsPackets } from "../../../src/proof/translation/windows-packets.ts";
import { loopback, merged, vocabularyOf } from "../../../src/proof/vocabulary.ts";
import { wellFormed } from "../../../src/proof/well-formed.ts";
import { witness } from "../../../src/proof/witness.ts";
import { policyNamed } from "../../wfp/policies.ts";

const { plan, files } = policyNamed("home-wireguard");

function documentOf(state: string) {
  const read = readDocument(files.get(`wfp/${state}.json`) ?? "");
  if ("fault" in read) throw new Error(read.fault.reason);
  return read.document;
}
const standing = (state: string): WfpStanding => {
  const ruleset = plan.states.find((one) => one.state === state);
  return { filters: documentOf(state).filters, ...(ruleset && { ruleset }) };
};
const [down, up] = [standing("down"), standing("up")];
const nothing: WfpStanding = { filters: [] };

const names = merged(vocabularyOf(plan.states), ...["down", "up"].map(documentOf).map(vocabularyOfDocument), loopback);
const space = new PacketSpace(names);
const meaning = new Meaning(space);
const there = windowsPackets(space).intersect(wellFormed(space));
const moves = new MovesOfWfp(meaning, new SameOnWindows(space, there, names.devices), documentOf("up").sublayer);

function broken(from: WfpStanding, to: WfpStanding, change: Partial<WfpMove> = {}): string | undefined {
  const difference = moves.broken({ name: "a move", from, to, ...applied(from, to), ...change });
  return difference && `${describePacket(difference.packet)}: ${difference.says}`;
}
const isOpening = ({ action }: Filter): boolean => action === "permit";

test("every packet is asked about once", () => {
  const asked = questions.map((question) => meaning.shown(question));
  asked.forEach((set, i) => {
    for (const other of asked.slice(i + 1)) expect(set.intersect(other).isEmpty()).toBe(true);
  });
  const left = there.minus(space.none.union(...asked));
  const packet = witness(left, space);
  expect(packet && describePacket(packet)).toBeUndefined();
});

describe("a move that is not carried out at once", () => {
  test("as compiled nothing else passes on the way, nothing is lost, and what is left is the state", () => {
    for (const [from, to] of [
      [down, up],
      [up, down],
      [nothing, up],
      [nothing, down],
    ] as const)
      expect(broken(from, to)).toBeUndefined();
  });

  test("two transactions, and everything passes between them", () => {
    expect(broken(up, down, { steps: [[], down.filters] })).toMatch(/it passes on the way, though neither state/);
  });

  test("what refuses goes first, and what it refused passes meanwhile", () => {
    const opened = up.filters.filter(isOpening);
    expect(broken(up, down, { steps: [opened, down.filters] })).toMatch(/it passes on the way, though neither state/);
  });

  test("what opens goes first, and the server is refused meanwhile", () => {
    const closed = up.filters.filter((filter) => !isOpening(filter));
    expect(broken(up, down, { steps: [closed, down.filters] })).toMatch(
      /^out on .*: it is refused on the way, though both states let it pass$/,
    );
  });

  test("filters are added, and none is taken away", () => {
    expect(broken(up, down, { steps: [[...up.filters, ...down.filters]] })).toMatch(
      /running: it passes where the move ends, and should not$/,
    );
  });

  test("what has the key of a filter and says something else is replaced", () => {
    const isClosing = ({ layer, lifetime, when }: Filter) =>
      layer === "connect-v4" && lifetime === "persistent" && Object.keys(when).length === 0;
    const closing = down.filters.filter(isClosing);
    expect(closing).toHaveLength(1);
    const old = closing.map((filter): Filter => ({ ...filter, action: "permit", content: "opening" }));
    const before = { ...nothing, filters: old };
    expect(broken(before, down)).toBeUndefined();
    expect(
      broken(before, down, { steps: [[...old, ...down.filters.filter(({ key }) => key !== old[0]?.key)]] }),
    ).toMatch(/: running: it passes where the move ends, and should not$/);
  });

  test("filters of the boot that stay although they are gone are told", () => {
    const [boot] = up.filters.filter(({ lifetime }) => lifetime === "boot");
    const blocked = { ...boot, action: "block", weight: 9999, content: "blocked", key: "x" } as Filter;
    const before = { ...up, filters: [...up.filters, blocked] };
    expect(applied(before, down).leftovers).toEqual([blocked]);
    expect(broken(before, down)).toMatch(/before the engine: it does not pass where the move ends, and should$/);
    const opening = { ...blocked, action: "permit", content: "opened at boot" } as Filter;
    expect(broken({ ...up, filters: [...up.filters, opening] }, down)).toBeUndefined();
  });
});

describe("documents that each mean what was planned, and do not follow each other", () => {
  const added = (text: string, filter: Omit<WfpFilter, "key">): string =>
    text.replace(
      /\n( {4}\{"name":")/,
      `\n    ${JSON.stringify({ ...filter, key: keyOf(canonicalJson(filter)) })},\n$1`,
    );
  const saidOf = (name: string, filter: Omit<WfpFilter, "key">) => {
    const policy = policyNamed(name);
    const up = policy.files.get("wfp/up.json") ?? "";
    return validateWfp(policy.plan, new Map([...policy.files, ["wfp/up.json", added(up, filter)]]));
  };
  const base = { name: "x", layer: "connect-v4", weight: 900 } as const;

  test("what the boot has in one state alone stays in the others", () => {
    // A helper's port is refused before the engine starts, but for this filter.
    const found = saidOf("obfs-helper", { ...base, action: "permit", lifetime: "boot", when: { loopback: true } });
    expect(found).toMatchObject({ kind: "move", move: "up -> lockdown", file: "wfp/lockdown.json" });
    expect(found?.kind === "move" && found.difference.says).toMatch(
      /^before the engine: it passes where the move ends/,
    );
  });

  test.each([
    ["persistent", { interface: ["wg0"] }, "names an interface, which may be another one after a boot"],
    ["boot", { interface: ["wg0"] }, "names an interface, which may be another one after a boot"],
    ["boot", { service: ["x"] }, "names a program, and none is known before the engine starts"],
    ["boot", { program: ["C:\\x.exe"] }, "names a program, and none is known before the engine starts"],
  ] as const)("%s %j is no literal", (lifetime, when, reason) => {
    const found = saidOf("home-wireguard", { ...base, action: "block", lifetime, when });
    expect(found).toMatchObject({ kind: "unloadable", file: "wfp/up.json" });
    expect(found?.kind === "unloadable" && found.reason).toContain(reason);
  });
});
