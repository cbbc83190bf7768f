/** What vitest's JSON report says, as far as it is read here. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A test file that failed without a failing test in it (it did not load, or a hook threw) counts as one failure. */
export function countTests(report: VitestReport): Counts {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((assertion) => assertion.status === "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * Adds the gates, each as one check. A run whose exit code disagrees with its report, or that ran nothing, failed;
 * a skipped test was not run, so it does not count as fine either.
 */
export function verdict(
  tests: Counts | undefined,
  testsExit: number | null,
  gates: readonly boolean[],
): Counts & { readonly ok: boolean } {
  const { passed = 0, failed = 0, skipped = 0 } = tests ?? {};
  const unexplained = failed === 0 && (testsExit !== 0 || passed === 0) ? 1 : 0;
  const counts = {
    passed: passed + gates.filter((ok) => ok).length,
    failed: failed + unexplained + gates.filter((ok) => !ok).length,
    skipped,
  };
  return { ...counts, ok: counts.failed === 0 && skipped === 0 };
}

/** The last line of a run. */
export const closingLine = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
