const hourMs = 3_600_000;
/** More than any time zone is away from UTC, with the longest day. */
const reachMs = 40 * hourMs;

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  formatters.set(timeZone, made);
  return made;
}

/** The calendar day (YYYY-MM-DD) of an instant in a time zone. */
export const dayIn = (timeZone: string, at: Date): string => formatterOf(timeZone).format(at);

/** The first instant of the day after the one of `at`: searched for, since days have 23, 24 or 25 hours. */
function nextMidnight(timeZone: string, at: number): number {
  const today = dayIn(timeZone, new Date(at));
  let [low, high] = [at, at + reachMs];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (dayIn(timeZone, new Date(middle)) > today) high = middle;
    else low = middle;
  }
  return high;
}

/** The hours between two instants on each day of a time zone, rounded to two digits; days of 0.00 only if there are no others. */
export function splitDays(timeZone: string, start: Date, end: Date): { workDate: string; hours: string }[] {
  const parts: { workDate: string; hours: string }[] = [];
  for (let at = start.getTime(); at < end.getTime() || parts.length === 0; ) {
    const until = Math.min(nextMidnight(timeZone, at), end.getTime());
    parts.push({ workDate: dayIn(timeZone, new Date(at)), hours: ((until - at) / hourMs).toFixed(2) });
    at = until;
  }
  const worked = parts.filter(({ hours }) => Number(hours) > 0);
  return worked.length ? worked : parts.slice(0, 1);
}
