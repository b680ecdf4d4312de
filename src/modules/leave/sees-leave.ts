import type { Context } from '../../graphql/context.ts';
import { canWriteLeave } from './policy.ts';

/** Whether the viewer sees the leave of a person: their own, that of their reports, or all with leave:manage. */
export async function seesLeaveOf({ db, viewer }: Pick<Context, 'db' | 'viewer'>, profileId: string): Promise<boolean> {
  if (viewer.role === 'CLIENT') return false;
  if (viewer.profileId === profileId || canWriteLeave(viewer, { profileId })) return true;
  const person = await db.query.profiles.findFirst({ where: { id: profileId }, columns: { managerId: true } });
  return person?.managerId === viewer.profileId;
}
