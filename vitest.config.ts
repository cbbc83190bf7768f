import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What `ksp` compiles of itself when a test starts it is there when the next one does. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL("node_modules/.cache/node", import.meta.url));

/** Large files come first; of small ones these take long, and none of them should be alone at the end. */
const long = /\/(kernel\/(iptables|load|verdicts)|runtime\/guard|examples\/shuffle|fuzz\/fuzz)/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => long.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  // No file leaves anything behind, so a worker goes on to the next: half the time of loading everything anew for each.
  test: {
    include: ["test/**/*.test.ts"],
    isolate: false,
    // Laboratories wait half of their time: with a worker a core, cores would wait with them.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    env: { NODE_COMPILE_CACHE },
    testTimeout: 30_000,
    sequence: { sequencer: LongestFirst },
  },
});
