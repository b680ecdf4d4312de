import { readInstant as readRfc3339 } from '../../lib/instants.ts';

const iso = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;
const epoch = /^(\d{9,11})(?:\.(\d+))?$/;

/**
 * The moment that a text means: ISO 8601, of UTC when it names no zone, or seconds since 1970. What is finer than a
 * millisecond is cut off, as the database does not keep it. Undefined for any other text, and outside the range of inputs.
 */
export function readInstant(text: string): Date | undefined {
  const [, whole, part = ''] = epoch.exec(text) ?? [];
  if (whole !== undefined) return readRfc3339(new Date(Number(whole + milliseconds(part))).toISOString());
  const [, day, time, seconds = ':00', fraction = '.', zone = 'Z'] = iso.exec(text) ?? [];
  const offset = zone.replace(/^(...)(\d\d)$/, '$1:$2');
  return readRfc3339(`${day}T${time}${seconds}.${milliseconds(fraction.slice(1))}${offset}`);
}

const milliseconds = (fraction: string): string => fraction.padEnd(3, '0').slice(0, 3);
