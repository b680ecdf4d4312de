import { createHash } from 'node:crypto';

/**
 * The id of a row in a table without external references. The same reference and moment always give the same id, so a
 * repeated import finds the row of the first one. It is a version 7 UUID of the moment, so ids sort by time; 72 bits
 * are a digest of the reference.
 */
export function derivedId(reference: string, moment: Date): string {
  const time = moment.getTime().toString(16).padStart(12, '0');
  const digest = createHash('sha256').update(reference).digest('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digest.slice(0, 3)}-8${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
}
