import { createHash } from 'node:crypto';
import type { Viewer } from '../../../identity/viewer.ts';
import { AppError } from '../../../lib/errors.ts';
import { Lru } from '../../../lib/lru.ts';
import { Ids } from '../../../lib/set-ids.ts';
import { decodeEventCursor, type EventPosition, encodeEventCursor } from '../event-cursor.ts';

const pattern = /^(.{5,45})-([0-9a-f]{16})$/;

const ids = new Ids();
const digests = new Lru<string>(10_000);

/** A digest of the rights of the viewer in its organization. People with the same rights get the same cursors. */
function rightsOf({ organizationId, role, permissions, modules }: Viewer): string {
  const key = `${organizationId} ${ids.of(permissions, role)} ${ids.of(modules)}`;
  const known = digests.get(key);
  if (known !== undefined) return known;
  const rights = [organizationId, role, [...permissions].sort(), [...modules].sort()];
  const digest = createHash('sha256').update(JSON.stringify(rights)).digest('hex').slice(0, 16);
  digests.set(key, digest);
  return digest;
}

/** A position in the log, together with a digest of the viewer's rights. */
export const encodeChangesCursor = (position: EventPosition, viewer: Viewer): string =>
  `${encodeEventCursor(position)}-${rightsOf(viewer)}`;

/**
 * The position of a cursor of `changes`, or of a `lastEventId`. Throws CURSOR_EXPIRED if the viewer had other rights
 * when it got the cursor, and BAD_CURSOR for any other text.
 */
export function decodeChangesCursor(cursor: string, viewer: Viewer): EventPosition {
  const match = pattern.exec(cursor);
  if (match && match[2] !== rightsOf(viewer)) throw expired('your role or permissions have changed since');
  return decodeEventCursor(match ? match[1]! : cursor);
}

/** The position of a cursor of `changes`, in the form of an event cursor. */
export const positionIn = (cursor: string): string => pattern.exec(cursor)![1]!;

export const expired = (why: string): AppError =>
  new AppError(
    'CURSOR_EXPIRED',
    `The changes since this cursor cannot be listed: ${why}. Drop your objects, get a new cursor without \`after\`, and load them again`,
    { field: 'after' },
  );
