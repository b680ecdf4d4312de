import { randomUUID } from 'node:crypto';

/** A version 7 uuid (RFC 9562): 48 bits of milliseconds, then random, so that new rows land at the end of an index. */
export function uuidv7(now: number = Date.now()): string {
  const time = now.toString(16).padStart(12, '0');
  // Behind its version, a version 4 uuid has the variant and the random bits that this one needs
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (text: string): boolean => uuid.test(text);
