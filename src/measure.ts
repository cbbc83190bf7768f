/** Called after each stage with its name and the milliseconds it took. */
export type Measure = (stage: string, milliseconds: number) => void;

export function stopwatch(measure: Measure | undefined): <T>(stage: string, work: () => T) => T {
  return (stage, work) => {
    const start = performance.now();
    const result = work();
    measure?.(stage, performance.now() - start);
    return result;
  };
}
