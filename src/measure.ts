import { memoryUsage } from "node:process";

/** Called after each stage with its name, the milliseconds it took, and the megabytes (10^6 bytes) of heap in use after it. */
export type Measure = (stage: string, milliseconds: number, megabytes: number) => void;

export function stopwatch(measure: Measure | undefined): <T>(stage: string, work: () => T) => T {
  return (stage, work) => {
    const start = performance.now();
    const result = work();
    measure?.(stage, performance.now() - start, memoryUsage().heapUsed / 1e6);
    return result;
  };
}
