const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** What the letters of a pattern match. Longer names come first, since `MM` begins `MMM`. */
const tokens: Record<string, string> = {
  YYYY: '(?<year>\\d{4})',
  YY: '(?<shortYear>\\d{2})',
  MMM: `(?<monthName>${months.join('|')})`,
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{2})',
  D: '(?<day>\\d{1,2})',
};

/** Reads a text as a day, `YYYY-MM-DD`; undefined for a text of another form, and for a day that no calendar has. */
export type DayReader = (text: string) => string | undefined;

/**
 * A reader of days written in a pattern of YYYY, YY, MMM (English, three letters), MM, M, DD and D: `DD-MMM-YY`,
 * `DD/MM/YYYY`. Two digits of a year mean 1969 to 2068, as in POSIX. Undefined when the pattern names no whole day.
 */
export function dayReader(pattern: string): DayReader | undefined {
  const names: string[] = [];
  const source = pattern.replace(/YYYY|YY|MMM|MM|M|DD|D|[^A-Za-z]|[A-Za-z]+/g, (part) => {
    const token = tokens[part];
    names.push(...(token ? [part[0]!] : []));
    return token ?? part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  });
  if (names.sort().join('') !== 'DMY') return undefined;
  const form = new RegExp(`^${source}$`, 'i');
  return (text) => {
    const found = form.exec(text)?.groups;
    return found && toDay(yearOf(found), monthOf(found), Number(found.day));
  };
}

function yearOf({ year, shortYear }: Record<string, string | undefined>): number {
  if (year !== undefined) return Number(year);
  const short = Number(shortYear);
  return short + (short < 69 ? 2000 : 1900);
}

const monthOf = ({ month, monthName }: Record<string, string | undefined>): number =>
  month === undefined ? months.indexOf(monthName!.toLowerCase()) + 1 : Number(month);

function toDay(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.toISOString().slice(0, 10) : undefined;
}
