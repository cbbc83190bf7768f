/** How often the clock is looked at, and how late a look may come on a busy machine. */
const every = 1_000;
const patience = 2_000;

/** Tells when the machine or this process has slept, or the clock was set: all of it shows in the wall clock. */
export function watchSleep(slept: () => void): { readonly stop: () => void } {
  let last = Date.now();
  const timer = setInterval(() => {
    const passed = Date.now() - last;
    last = Date.now();
    if (passed < 0 || passed > every + patience) slept();
  }, every);
  return { stop: () => clearInterval(timer) };
}
