const formatters = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const part = '2-digit' as const;
  const made = new Intl.DateTimeFormat('en', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: part, day: part, hour: part, minute: part, second: part },
  });
  formatters.set(timeZone, made);
  return made;
}

/** The name of a time zone as the server writes it; undefined when it knows none by this name. */
export function canonicalZone(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

export const isTimeZone = (name: string): boolean => canonicalZone(name) !== undefined;

/** How far the clocks of a zone are ahead of UTC at a moment, in milliseconds. */
function offsetAt(timeZone: string, moment: number): number {
  const parts = clockOf(timeZone).formatToParts(moment);
  const [year, month, day, hour, minute, second] = ['year', 'month', 'day', 'hour', 'minute', 'second'].map((type) =>
    Number(parts.find((part) => part.type === type)!.value),
  ) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(moment / 1_000) * 1_000;
}

/**
 * The moment at which the clocks of a zone show what `wall` shows in UTC. Of a time that they show twice, it is one of
 * the two; a time that they skip means the one before or after the gap.
 */
export function zonedInstant(timeZone: string, wall: Date): Date {
  if (timeZone === 'UTC') return wall;
  const guess = wall.getTime() - offsetAt(timeZone, wall.getTime());
  return new Date(wall.getTime() - offsetAt(timeZone, guess));
}
