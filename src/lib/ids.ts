import { randomUUID } from 'node:crypto';

/** A version 7 uuid (RFC 9562): 48 bits of milliseconds, then random, so that new rows land at the end of an index. */
export function uuidv7(now: number = Date.now()): string {
  const time = now.toString(16).padStart(12, '0');
  // After its version digit, a version 4 uuid has the same variant and random bits as a version 7 uuid
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (text: string): boolean => uuid.test(text);
