import { createHash } from 'node:crypto';

/**
 * The id of a row whose table keeps no external references: the same reference always gives the same id, so a second
 * import finds the row that the first one made. It is a version 7 uuid of the moment, so rows stand in the order of
 * time; two references differ in the 72 bits of their digest.
 */
export function derivedId(reference: string, moment: Date): string {
  const time = moment.getTime().toString(16).padStart(12, '0');
  const digest = createHash('sha256').update(reference).digest('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digest.slice(0, 3)}-8${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
}
