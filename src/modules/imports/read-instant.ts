import { readInstant as readRfc3339 } from '../../lib/instants.ts';
import { zonedInstant } from '../../lib/zoned-time.ts';

const iso = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(\.\d+)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/i;
const epoch = /^(\d{9,11})(?:\.(\d+))?$/;
const epochMs = /^\d{12,14}$/;

/**
 * Parses an instant: ISO 8601, in the given zone if the text names none, or seconds or milliseconds since 1970. Digits
 * below a millisecond are dropped, because the database does not store them. Undefined for any other text, and for an
 * instant outside the range that inputs accept.
 */
export function readInstant(text: string, timeZone = 'UTC'): Date | undefined {
  const [, whole, part = ''] = epoch.exec(text) ?? [];
  const sinceEpoch = whole === undefined ? epochMs.exec(text)?.[0] : whole + milliseconds(part);
  if (sinceEpoch !== undefined) return readRfc3339(new Date(Number(sinceEpoch)).toISOString());
  const [, day, time, seconds = ':00', fraction = '.', zone] = iso.exec(text) ?? [];
  const offset = zone?.replace(/^UTC$/i, 'Z').replace(/^(...)(\d\d)$/, '$1:$2');
  const moment = readRfc3339(`${day}T${time}${seconds}.${milliseconds(fraction.slice(1))}${offset ?? 'Z'}`);
  return moment && offset === undefined ? zonedInstant(timeZone, moment) : moment;
}

const milliseconds = (fraction: string): string => fraction.padEnd(3, '0').slice(0, 3);
