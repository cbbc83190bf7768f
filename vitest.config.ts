import { defineConfig } from "vitest/config";

export default defineConfig({
  // No file leaves anything behind, so a worker goes on to the next: half the time of loading everything anew for each.
  test: { include: ["test/**/*.test.ts"], isolate: false, maxWorkers: "100%", testTimeout: 30_000 },
});
