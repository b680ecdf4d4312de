import { createHash } from 'node:crypto';
import type { DocumentNode } from 'graphql';
import { Context, type GraphRequest, type ShareRead } from '../../graphql/context.ts';
import { Ids } from '../../lib/set-ids.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { FollowedLog } from './followed-log.ts';

const numbers = new WeakMap<object, number>();
let last = 0;

/** A number for an object, such as a parsed document, which is the same object for all who send the same text. */
function numberOf(object: object): number {
  const number = numbers.get(object) ?? ++last;
  numbers.set(object, number);
  return number;
}

const ids = new Ids();

const texts = new WeakMap<object, string>();

/** A tenant as text: the directory returns a new object for it every few seconds. */
function textOf(tenant: Tenant): string {
  const text = texts.get(tenant) ?? digest(tenant);
  texts.set(tenant, text);
  return text;
}

/**
 * The key of subscribers that may share frames: operation, organization and rights. `after` is part of it because a
 * reader that must see its own change may read another database.
 */
export function groupKey(request: GraphRequest, operation: string): string {
  const { tenant, viewer } = new Context(request);
  const { permissions, role, modules, roleClass } = viewer;
  const rights = [ids.of(permissions, role), ids.of(modules), roleClass];
  return [operation, textOf(tenant), ...rights, JSON.stringify(request.after ?? null, asPlain)].join(' ');
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
 * may be answered by another database, and shares with nobody else. Undefined for analysts, whose replica may lag
 * behind the database that the log was read from.
 */
export function shareReadOf(log: FollowedLog, { after, viewer }: GraphRequest): ShareRead | undefined {
  if (viewer?.roleClass === 'analyst') return undefined;
  return (key, read) => log.share(`log ${JSON.stringify(after ?? null, asPlain)} ${key}`, read);
}

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value, asPlain)).digest('base64url');

const asPlain = (_key: string, value: unknown): unknown => {
  if (value instanceof Set) return [...value].sort();
  return typeof value === 'bigint' ? String(value) : value;
};
