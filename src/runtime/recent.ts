/** One line of the log. */
export interface Entry {
  readonly level: "info" | "warning" | "error";
  readonly event: string;
  readonly [detail: string]: unknown;
}

/** What was logged last, as a status tells it. */
export interface Recent {
  /** Milliseconds of the wall clock. */
  readonly at: number;
  readonly level: Entry["level"];
  readonly text: string;
}

const most = 8;

export const remember = (
  recent: readonly Recent[],
  { level, event, ...details }: Entry,
  at: number,
): readonly Recent[] => {
  const words = Object.entries(details).map(
    ([name, value]) => `${name} ${Array.isArray(value) ? value.join(", ") : value}`,
  );
  return [...recent, { at, level, text: [event, ...words].join(" ") }].slice(-most);
};
