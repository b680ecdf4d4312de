const dayMs = 86_400_000;

/** A calendar day as a number: days since 1970-01-01. */
export const toDayNumber = (day: string): number => Math.round(Date.parse(day) / dayMs);

/** The calendar day (YYYY-MM-DD) of a day number. */
export const fromDayNumber = (number: number): string => new Date(number * dayMs).toISOString().slice(0, 10);

/** The calendar day (YYYY-MM-DD) that an instant falls on in a time zone. */
export const dayIn = (timeZone: string, instant: Date = new Date()): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(instant);
