import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { isPlainObject } from '../../lib/plain-object.ts';

/** All members may read what is shared, so sharing needs more than keeping one's own. */
export function requireSharing(viewer: Viewer, isShared: boolean | null | undefined): void {
  if (isShared) requirePermission(viewer, 'project:write');
}

/**
 * A name must differ from those of the owner's other rows. Others may not see these, so a conflict must not tell them
 * which there are: they cannot rename the row.
 */
export function requireOwnName(
  viewer: Viewer,
  current: { ownerId: string; name: string },
  next: { name: string },
): void {
  if (current.ownerId === viewer.profileId || next.name === current.name) return;
  throw new AppError('FORBIDDEN', 'Only its owner may rename it', { field: 'input.name' });
}

/** The JSON object that a client gave; an empty one by default. */
export function objectOf(given: unknown, field: string): Record<string, unknown> {
  if (given === undefined || given === null) return {};
  if (!isPlainObject(given)) throw badInput('must be an object', field);
  return given;
}
