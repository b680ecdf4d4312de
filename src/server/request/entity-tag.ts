import { createHash } from 'node:crypto';

/** Request headers that decide an answer, besides those of the address. */
const decisive = 'accept, accept-encoding, authorization, cookie, x-tenant, chantier-after';

export interface TagHeaders {
  etag: string;
  'cache-control': string;
  vary: string;
  [name: string]: string;
}

/** Whether an answer gets an entity tag: complete answers to a GET. Streams and errors get none. */
export const isCacheable = (method: string | undefined, status: number, type: string | null): boolean =>
  method === 'GET' && status === 200 && type !== null && /^application\/(graphql-response\+)?json\b/.test(type);

/**
 * The headers with which a client's own cache may keep an answer, if it asks each time whether the answer still holds:
 * the rights of the sender may have changed.
 */
export function tagHeaders(body: string | Uint8Array, vary: string | null | undefined): TagHeaders {
  // Weak: the answer is the same however it is compressed
  const etag = `W/"${createHash('sha256').update(body).digest('base64url')}"`;
  return { etag, 'cache-control': 'private, no-cache', vary: vary ? `${vary}, ${decisive}` : decisive };
}

/** Whether the client has this answer already (If-None-Match). */
export const notModified = ({ etag }: TagHeaders, ifNoneMatch: string | null | undefined): boolean =>
  ifNoneMatch !== null &&
  ifNoneMatch !== undefined &&
  ifNoneMatch.length < 4_096 &&
  ifNoneMatch.split(',').some((tag) => strong(tag.trim()) === strong(etag));

const strong = (tag: string): string => tag.replace(/^W\//, '');
