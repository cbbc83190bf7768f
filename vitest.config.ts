import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What `ksp` compiles of itself when a test starts it is there when the next one does. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL("node_modules/.cache/node", import.meta.url));

const all = "test/**/*.test.ts";
/** Floods and daemons that have to keep a time: apart from what takes a whole core. */
const timed = ["test/runtime/guard/*.test.ts", "test/kernel/{,iptables/}{smoke,portal,log}.test.ts"];

/** Large files come first; of small ones these take long, and none of them should be alone at the end. */
const long = /\/(vm\/boot|kernel\/(iptables|load|verdicts)|examples\/shuffle|fuzz\/fuzz)/;
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => long.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** Laboratories wait half of their time, and cores should not wait with them. */
const workers = Math.ceil(availableParallelism() * 1.5);

export default defineConfig({
  test: {
    // No file leaves anything behind, so a worker goes on to the next: half the time of loading everything anew for each.
    isolate: false,
    env: { NODE_COMPILE_CACHE },
    testTimeout: 30_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: "timed", include: timed, maxWorkers: workers, sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: {
          name: "others",
          include: [all],
          exclude: timed,
          maxWorkers: workers,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
