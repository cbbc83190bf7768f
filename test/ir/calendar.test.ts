import fc from "fast-check";
import { expect, test } from "vitest";
import { daysBetween, isDay } from "../../src/ir/calendar.ts";

test.each(["2027-01-31", "2028-02-29", "2000-02-29", "2027-12-31", "0001-01-01", "9999-12-31"])(
  "%s is a day",
  (text) => {
    expect(isDay(text)).toBe(true);
  },
);

test.each([
  "2027-02-29",
  "2100-02-29",
  "2027-04-31",
  "2027-02-30",
  "2027-13-01",
  "2027-00-10",
  "2027-01-00",
  "2027-1-1",
  "2027-01-01T00:00:00Z",
  "+002027-01-01",
  "",
  "soon",
])("%j is none", (text) => {
  expect(isDay(text)).toBe(false);
});

test.each([
  ["2027-03-31", "2027-03-31", 0],
  ["2027-03-31", "2027-04-01", 1],
  ["2027-04-01", "2027-03-31", -1],
  ["2027-02-28", "2027-03-01", 1],
  ["2028-02-28", "2028-03-01", 2],
  ["2100-02-28", "2100-03-01", 1],
  ["2000-02-28", "2000-03-01", 2],
  ["2027-12-31", "2028-01-01", 1],
  ["2027-01-01", "2028-01-01", 365],
  ["2028-01-01", "2029-01-01", 366],
  // Clocks are put forward and back between these.
  ["2027-03-01", "2027-04-01", 31],
  ["2027-10-01", "2027-11-01", 31],
])("from %s to %s: %i days", (from, to, days) => {
  expect(daysBetween(from, to)).toBe(days);
});

test("days follow one another as in a calendar counted by hand", () => {
  const lengths = (year: number) => {
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  };
  const spell = (year: number, month: number, day: number) =>
    [String(year).padStart(4, "0"), ...[month, day].map((n) => String(n).padStart(2, "0"))].join("-");
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9998 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
      const length = lengths(year)[month - 1] ?? 0;
      expect(isDay(spell(year, month, length))).toBe(true);
      expect(isDay(spell(year, month, length + 1))).toBe(false);
      const next = month === 12 ? spell(year + 1, 1, 1) : spell(year, month + 1, 1);
      expect(daysBetween(spell(year, month, 1), next)).toBe(length);
    }),
  );
});
