import { createHash } from 'node:crypto';
import type { DocumentNode } from 'graphql';
import { Context, type GraphRequest, type ShareRead } from '../../graphql/context.ts';
import type { FollowedLog } from './followed-log.ts';

const numbers = new WeakMap<DocumentNode, number>();
let last = 0;

/** A number for a parsed document, which is the same object for all who send the same text. */
function numberOf(document: DocumentNode): number {
  const number = numbers.get(document) ?? ++last;
  numbers.set(document, number);
  return number;
}

/** The part of a subscription's key that is the same for each of its frames. */
export const operationKey = (document: DocumentNode, ...others: unknown[]): string =>
  digest([numberOf(document), ...others]);

/**
 * Everything on which a frame depends, apart from the rows: the operation, the cursor, the organization and the viewer.
 * The viewer's session is left out, because a person has the same rights in each session.
 */
export function frameKey(request: GraphRequest, operation: string, cursor: string): string {
  const { tenant, viewer } = new Context(request);
  const { sessionId: _, ...who } = viewer;
  return digest([operation, cursor, tenant, who, request.after ?? null]);
}

/**
 * Lets different people share reads of the log, which do not depend on the viewer. Whoever must see a change of theirs
 * may be answered by another database, and shares with nobody else.
 */
export const shareReadOf =
  (log: FollowedLog, { after }: Pick<GraphRequest, 'after'>): ShareRead =>
  (key, read) =>
    log.share(`log ${JSON.stringify(after ?? null, asPlain)} ${key}`, read);

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value, asPlain)).digest('base64url');

const asPlain = (_key: string, value: unknown): unknown => {
  if (value instanceof Set) return [...value].sort();
  return typeof value === 'bigint' ? String(value) : value;
};
