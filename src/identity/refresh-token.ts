import { createHmac, timingSafeEqual } from 'node:crypto';

const prefix = 'chr_';
const macBytes = 32;
const length = 16 + 4 + macBytes;

/** The content of a refresh token, before its MAC is verified. */
export interface RefreshToken {
  sessionId: string;
  generation: number;
  mac: Buffer;
}

/** The n-th refresh token of a session: the session, n, and the MAC over both under the session's own key. */
export function formatRefreshToken(sessionId: string, generation: number, key: string): string {
  const head = headOf(sessionId, generation);
  return prefix + Buffer.concat([head, macOf(head, key)]).toString('base64url');
}

/** Parses a token without verifying it; undefined for any other text. */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  if (!text.startsWith(prefix) || text.length > 100) return undefined;
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url');
  // Only the canonical encoding is accepted
  if (bytes.length !== length || bytes.toString('base64url') !== text.slice(prefix.length)) return undefined;
  const hex = bytes.toString('hex', 0, 16);
  const sessionId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { sessionId, generation: bytes.readUInt32BE(16), mac: bytes.subarray(20) };
}

/** Whether the token was made with this key. */
export const isAuthentic = ({ sessionId, generation, mac }: RefreshToken, key: string): boolean =>
  timingSafeEqual(mac, macOf(headOf(sessionId, generation), key));

function headOf(sessionId: string, generation: number): Buffer {
  const head = Buffer.alloc(20);
  head.write(sessionId.replaceAll('-', ''), 'hex');
  head.writeUInt32BE(generation, 16);
  return head;
}

const macOf = (head: Buffer, key: string) => createHmac('sha256', key).update(head).digest();
