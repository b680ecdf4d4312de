import type { RowRule } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';

type OfPerson = 'leaveRequests' | 'leaveBalances';

const isStaff = ({ role }: Viewer): boolean => role !== 'CLIENT';
export const managesLeave = (viewer: Viewer): boolean => isStaff(viewer) && viewer.permissions.has('leave:manage');

/** Everybody who works for the organization sees the types. */
export const readableTypes = (viewer: Viewer): RowRule<'leaveTypes'> =>
  isStaff(viewer) && viewer.permissions.has('people:read') ? 'all' : 'none';

/** One's own leave and that of one's reports; everybody's with leave:manage. */
export function readableLeave<T extends OfPerson>(viewer: Viewer): RowRule<T> {
  if (!isStaff(viewer)) return 'none';
  if (managesLeave(viewer)) return 'all';
  const { profileId } = viewer;
  const rule: RowRule<'leaveRequests'> = { OR: [{ profileId }, { profile: { managerId: profileId } }] };
  return rule as RowRule<T>;
}

/** One's own leave with time:write-own, anybody's with leave:manage. */
export const canWriteLeave = (viewer: Viewer, { profileId }: { profileId: string }): boolean =>
  managesLeave(viewer) ||
  (isStaff(viewer) && viewer.permissions.has('time:write-own') && profileId === viewer.profileId);
