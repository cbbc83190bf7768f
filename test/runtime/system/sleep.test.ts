import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { sleepIn, watchSleep } from "../../../src/runtime/system/sleep.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ["time as usual", 0, 0],
  ["a busy machine", 1_900, 0],
  ["a sleep", 60_000, 1],
  ["a clock set back", -10_000, 1],
])("%s", (_, jump, times) => {
  const slept = vi.fn();
  const watch = watchSleep(slept);
  onTestFinished(watch.stop);
  vi.advanceTimersByTime(5_000);
  vi.setSystemTime(Date.now() + jump);
  vi.advanceTimersByTime(5_000);
  expect(slept).toHaveBeenCalledTimes(times);
});

test.each([
  ["/org/freedesktop/login1: org.freedesktop.login1.Manager.PrepareForSleep (true,)", true],
  ["/org/freedesktop/login1: org.freedesktop.login1.Manager.PrepareForSleep (false,)", false],
  ["/org/freedesktop/login1: org.freedesktop.login1.Manager.PrepareForShutdown (true,)", undefined],
  ["The name org.freedesktop.login1 is owned by :1.4", undefined],
])("%s", (line, isAsleep) => expect(sleepIn(line)).toBe(isAsleep));
