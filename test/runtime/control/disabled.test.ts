import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { permitted, stillDisabled } from "../../../src/runtime/control/disabled.ts";
import { Remembered } from "../../../src/runtime/control/run-folder.ts";

describe("how long the policy lets it be off", () => {
  test.each([
    ["never", undefined, "fault"],
    ["never", 1_000, "fault"],
    ["allowed", undefined, undefined],
    ["allowed", 1_000, 1_000],
    [900_000, undefined, 900_000],
    [900_000, 60_000, 60_000],
    [900_000, 900_001, "fault"],
  ] as const)("`%s`, asked for %s", (disable, asked, expected) => {
    const may = permitted({ disable }, asked);
    expect("fault" in may ? "fault" : may.milliseconds).toBe(expected);
  });
});

const uptime = async (): Promise<number> => Number((await readFile("/proc/uptime", "utf8")).split(" ")[0]);
const boot = async (): Promise<string> => (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();

describe.skipIf(process.platform !== "linux")("a word from before", () => {
  const remembered = async (text: string): Promise<Remembered> => {
    const folder = await mkdtemp(join(tmpdir(), "ksp-run-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const found = new Remembered(folder);
    await found.write("disabled", text);
    return found;
  };

  test("of this boot counts, and for what is left of its time", async () => {
    const found = await remembered(JSON.stringify({ boot: await boot(), until: (await uptime()) + 60 }));
    const left = (await stillDisabled(found))?.milliseconds ?? 0;
    expect(left).toBeGreaterThan(55_000);
    expect(left).toBeLessThanOrEqual(60_000);
    expect(await stillDisabled(await remembered(JSON.stringify({ boot: await boot() })))).toEqual({
      milliseconds: undefined,
    });
  });

  test.each([
    ["of another boot", async () => JSON.stringify({ boot: "0e9f", until: (await uptime()) + 60 })],
    ["of another boot, without an end", async () => JSON.stringify({ boot: "0e9f" })],
    ["whose time is over", async () => JSON.stringify({ boot: await boot(), until: (await uptime()) - 1 })],
    ["with an end that is no number", async () => JSON.stringify({ boot: await boot(), until: "later" })],
    ["that is no JSON", async () => "true, honestly"],
    ["that is empty", async () => ""],
  ])("%s counts for nothing, and is gone", async (_, text) => {
    const found = await remembered(await text());
    expect(await stillDisabled(found)).toBeUndefined();
    expect(await found.read("disabled")).toBeUndefined();
  });
});
