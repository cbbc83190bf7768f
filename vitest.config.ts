import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** What `ksp` compiles of itself when a test starts it is there when the next one does. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL("node_modules/.cache/node", import.meta.url));

export default defineConfig({
  // No file leaves anything behind, so a worker goes on to the next: half the time of loading everything anew for each.
  test: {
    include: ["test/**/*.test.ts"],
    isolate: false,
    maxWorkers: "100%",
    env: { NODE_COMPILE_CACHE },
    testTimeout: 30_000,
  },
});
