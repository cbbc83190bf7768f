import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mayBeSkipped } from "../lab/requirements.ts";
import { faultsOf, openWorkshop, type Workshop } from "./scenario.ts";
import { usualBoots } from "./scenarios/boots.ts";

/** An emulated processor beside other tests. */
const patience = 1_200_000;

describe.skipIf(mayBeSkipped())("a whole machine", { timeout: patience }, () => {
  let workshop: Workshop | undefined;
  beforeAll(async () => {
    workshop = await openWorkshop();
  }, patience);
  afterAll(() => workshop?.close());

  test.each(usualBoots)("$name", async (scenario) => {
    const stretches = await workshop?.run(scenario);
    expect(stretches && faultsOf(stretches)).toEqual([]);
  });
});
