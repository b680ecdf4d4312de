import { eq, inArray } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { profiles } from '../people/tables.ts';
import { projects } from '../projects/tables.ts';
import { readSettings } from '../settings/read-settings.ts';

/** The parts of a time entry that determine who approves it. */
interface Work {
  profileId: string;
  projectId: string;
}

export interface ReviewOptions {
  /** Whether the viewer is the only OWNER. Reads the catalog, so it is called only if the decision depends on it. */
  isOnlyOwner: () => Promise<boolean>;
}

/**
 * Returns a function that tells for each project whether the viewer may approve a person's work on it, by the setting
 * `timeApproval`. Throws FORBIDDEN if the viewer may approve none of it, such as their own work, unless they are the
 * only OWNER and the setting `soleOwnerApproves` is on.
 */
export async function approvesOf(
  tx: TenantTx,
  viewer: Viewer,
  profileId: string,
  projectIds: readonly string[],
  { isOnlyOwner, field }: ReviewOptions & { field: string },
): Promise<(projectId: string) => boolean> {
  if (viewer.role === 'CLIENT') throw new AppError('FORBIDDEN', 'A CLIENT cannot review time');
  const { timeApproval, soleOwnerApproves } = await readSettings(tx);
  if (profileId === viewer.profileId && !(soleOwnerApproves && viewer.role === 'OWNER' && (await isOnlyOwner())))
    throw new AppError('FORBIDDEN', 'Another person must approve your time', { field });
  if (timeApproval === 'VALIDATORS' ? viewer.permissions.has('time:validate') : administers(viewer)) return () => true;
  if (timeApproval === 'PERSON_MANAGER' && (await managesPerson(tx, viewer, profileId))) return () => true;
  if (timeApproval !== 'PROJECT_MANAGERS') throw notApprover(field);
  const managed = await managedAmong(tx, viewer, projectIds);
  if (managed.size === 0) throw notApprover(field);
  return (projectId) => managed.has(projectId);
}

/** Throws FORBIDDEN with the position of the first work that the viewer may not approve, if there is any. */
export async function requireApproverOfAll(
  tx: TenantTx,
  viewer: Viewer,
  works: readonly Work[],
  { isOnlyOwner, fieldOf }: ReviewOptions & { fieldOf: (index: number) => string },
): Promise<void> {
  const people = new Map(works.map(({ profileId }, index) => [profileId, index] as const).reverse());
  for (const [profileId, first] of people) {
    const projectIds = works.flatMap((work) => (work.profileId === profileId ? [work.projectId] : []));
    const approves = await approvesOf(tx, viewer, profileId, projectIds, { isOnlyOwner, field: fieldOf(first) });
    const other = works.findIndex((work) => work.profileId === profileId && !approves(work.projectId));
    if (other >= 0) throw notApprover(fieldOf(other));
  }
}

const administers = (viewer: Viewer): boolean => viewer.permissions.has('organization:manage');

const notApprover = (field: string): AppError =>
  new AppError('FORBIDDEN', 'You do not approve this time: see the setting timeApproval', { field });

async function managesPerson(tx: TenantTx, viewer: Viewer, profileId: string): Promise<boolean> {
  const [person] = await tx.select({ managerId: profiles.managerId }).from(profiles).where(eq(profiles.id, profileId));
  return person?.managerId === viewer.profileId;
}

async function managedAmong(tx: TenantTx, viewer: Viewer, projectIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx
    .select({ id: projects.id, managerId: projects.managerId })
    .from(projects)
    .where(inArray(projects.id, [...new Set(projectIds)]));
  return new Set(rows.filter(({ managerId }) => managerId === viewer.profileId).map(({ id }) => id));
}
