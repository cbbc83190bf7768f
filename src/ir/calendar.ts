/** Days of the calendar as ISO texts, `2027-03-31`: no clock, no time zone. */

const milliseconds = 24 * 60 * 60 * 1000;
const midnight = (day: string): number => Date.parse(`${day}T00:00:00Z`);

/** Parsing alone is not enough: it takes the 31st of February for a day of March. */
export function isDay(text: string): boolean {
  const time = midnight(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === `${text}T00:00:00.000Z`;
}

/** Negative when `to` comes before `from`. */
export const daysBetween = (from: string, to: string): number => (midnight(to) - midnight(from)) / milliseconds;
