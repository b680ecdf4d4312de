import { AppError } from '../lib/errors.ts';
import type { Role } from './roles.ts';
import { requirePermission, type Viewer } from './viewer.ts';

/**
 * Who may turn a member of one role into another (undefined: not a member): whoever manages members, except that owners
 * are made, demoted and removed by owners only. Throws FORBIDDEN.
 */
export function requireRoleChange(viewer: Viewer, from: Role | undefined, to: Role | undefined): void {
  requirePermission(viewer, 'member:manage');
  const touchesOwner = from === 'OWNER' || to === 'OWNER';
  if (touchesOwner && viewer.role !== 'OWNER') {
    throw new AppError('FORBIDDEN', 'Only an owner can make, demote or remove an owner');
  }
}
