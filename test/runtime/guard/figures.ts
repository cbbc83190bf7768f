/** Figures for docs/runtime.md: `KSP_FIGURES=1 vitest run test/runtime/guard` prints them. */
export const figure = (text: string): void => {
  const { KSP_FIGURES } = process.env;
  if (KSP_FIGURES !== undefined) console.log(text);
};
